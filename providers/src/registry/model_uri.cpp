#include <capstan/providers/model_uri.hpp>

#include "registry/caret_text.hpp"
#include "registry/model_parameters.hpp"
#include "registry/model_uri_parser.hpp"
#include "registry/model_uri_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace capstan {
namespace {

ErrorInfo error_info(std::string_view subject, std::size_t character, std::string_view problem,
                     std::string remedy) {
    ErrorInfo info;
    info.kind = ErrorKind::configuration;
    info.phase = ErrorPhase::before_request;
    info.summary = fmt::format("{}, character {}: {}", subject, character,
                               registry::printable(problem));
    info.remedy = std::move(remedy);
    return info;
}

}  // namespace

ModelUriError::ModelUriError(std::string_view text, std::size_t position, std::size_t length,
                             std::string_view problem, std::string remedy,
                             std::string_view subject)
    : ApiError(error_info(subject, registry::character_at(text, position), problem,
                          std::move(remedy))),
      position_(std::min(position, text.size())),
      character_(registry::character_at(text, position)),
      excerpt_(std::make_shared<const std::string>(registry::caret_lines(text, position, length))),
      full_text_(std::make_shared<const std::string>(std::string(ApiError::what()) + '\n' +
                                                     *excerpt_)) {}

ModelUri ModelUri::parse(std::string_view text) {
    try {
        return registry::parse_model_uri(text);
    } catch (const registry::TextFault& fault) {
        throw ModelUriError(text, fault.position, fault.length, fault.problem, fault.remedy);
    }
}

std::string to_string(const ModelUri& uri) {
    std::string text = uri.provider + ':' + registry::encode_model(uri.model);
    if (!uri.base_url.empty()) text += '@' + uri.base_url;
    char separator = '?';
    for (const auto& rule : registry::parameter_rules()) {
        const auto value = registry::write_parameter(rule, uri.parameters);
        if (!value) continue;
        text.append(1, separator).append(rule.name).append(1, '=');
        text += registry::encode_model(*value);
        separator = '&';
    }
    return text;
}

}  // namespace capstan
