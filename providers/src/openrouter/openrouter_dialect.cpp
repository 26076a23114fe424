#include "openrouter/openrouter_dialect.hpp"

#include "chat/chat_decoder.hpp"
#include "chat/usage_mapping.hpp"
#include "openrouter/provider_preferences.hpp"
#include "openrouter/request_builder.hpp"
#include "openrouter/openrouter_site.hpp"
#include "openrouter/request_headers.hpp"

#include <capstan/json.hpp>
#include <capstan/model_slug.hpp>

#include <utility>

namespace capstan::openrouter {
OpenRouterDialect::OpenRouterDialect(OpenRouterOptions options) : options_(std::move(options)) {
    // Refuses contradictory settings before anything is sent.
    provider_preferences(options_.provider_sorting, x_provider_text(options_), options_.provider);
    options_.api_key.clear();  // kept in one place only
}

const ProviderSite& OpenRouterDialect::site() const noexcept {
    static const ProviderSite site = openrouter_site();
    return site;
}

ProviderSupport OpenRouterDialect::support() const {
    ProviderSupport support;
    support.tools = true;
    support.reasoning = true;
    support.reasoning_replay = true;
    support.images = true;
    support.files = true;
    support.audio = true;
    support.structured_output = true;
    support.cache_marks = true;
    support.cost = true;
    support.usage_lookup = true;
    support.model_list = true;
    return support;
}

WireRequest OpenRouterDialect::write(const MessageRequest& request, ReasoningReplay replay) const {
    const auto model = primary_model(request.model.empty() ? options_.model : request.model);
    const auto info = peek_model(model);
    return build_chat_request(options_, request, info ? &*info : nullptr, replay);
}

std::unique_ptr<AnswerDecoder> OpenRouterDialect::decoder(const WireRequest& request) const {
    return std::make_unique<ChatDecoder>(
        has_placeholder_reasoning(options_.placeholder_reasoning_models, request.model));
}

std::optional<ApiCall> OpenRouterDialect::usage_call(const std::string& generation_id) const {
    ApiCall call;
    call.path = "/generation?id=" + percent_encode(generation_id);
    return call;
}

std::optional<Usage> OpenRouterDialect::read_usage(const json::object& answer) const {
    const auto* data = find_object(answer, "data");
    return data ? std::optional(usage_from_generation(*data)) : std::nullopt;
}

std::optional<ModelInfo> OpenRouterDialect::peek_model(std::string_view model) const {
    if (options_.model_info && model == primary_model(options_.model)) return options_.model_info;
    return catalog_->peek(model);
}

std::string primary_model(std::string_view model) {
    const auto comma = model.find(',');
    auto first = model.substr(0, comma);
    while (first.starts_with(' ')) first.remove_prefix(1);
    while (first.ends_with(' ')) first.remove_suffix(1);
    return std::string(first);
}

bool has_placeholder_reasoning(const std::vector<std::string>& patterns, std::string_view model) {
    const auto id = model.substr(0, model.find(':'));
    for (std::string_view pattern : patterns) {
        const bool any_prefix = pattern.starts_with('*');
        const bool any_suffix = pattern.size() > 1 && pattern.ends_with('*');
        if (any_prefix) pattern.remove_prefix(1);
        if (any_suffix) pattern.remove_suffix(1);
        if (any_prefix && any_suffix ? id.find(pattern) != id.npos
            : any_prefix             ? id.ends_with(pattern)
            : any_suffix             ? id.starts_with(pattern)
                                     : id == pattern)
            return true;
    }
    return false;
}

std::string percent_encode(std::string_view text) {
    static constexpr char hex[] = "0123456789ABCDEF";
    std::string out;
    for (const unsigned char c : text) {
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
            c == '-' || c == '.' || c == '_' || c == '~') {
            out += static_cast<char>(c);
        } else {
            out += '%';
            out += hex[c >> 4];
            out += hex[c & 15];
        }
    }
    return out;
}

}  // namespace capstan::openrouter
