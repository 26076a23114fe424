#include "anthropic/request_headers.hpp"

#include "chat/model_slug.hpp"

#include <capstan/error.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace capstan::anthropic {
namespace {

constexpr std::array<std::string_view, 4> not_the_users = {"x-api-key", "authorization",
                                                           "content-type", "anthropic-beta"};

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

void add_checked(HttpHeaders& headers, std::string_view name, std::string_view value) {
    const bool bad_name = name.empty() || std::any_of(name.begin(), name.end(), [](char c) {
        return is_control(c) || c == ':' || c == ' ';
    });
    const auto bad = [](char c) { return is_control(c) && c != '\t'; };
    if (bad_name || std::any_of(value.begin(), value.end(), bad)) {
        throw ApiError(ErrorKind::configuration,
                       "the header \"" + std::string(bad_name ? "" : name) + "\" cannot be sent",
                       "names and values of headers must have no control characters");
    }
    headers.set(std::string(name), std::string(value));
}

void add_new(std::vector<std::string>& all, std::string_view list) {
    for (std::string& one : split_list(list))
        if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(std::move(one));
}

std::vector<std::string> betas_of(const AnthropicOptions& options, const HeaderNeeds& needs) {
    std::vector<std::string> all;
    add_new(all, options.headers.get("anthropic-beta"));
    for (const std::string& beta : options.betas) add_new(all, beta);
    if (needs.interleaving) add_new(all, "interleaved-thinking-2025-05-14");
    if (needs.uploaded_files) add_new(all, "files-api-2025-04-14");
    // Anthropic itself knows strict tools without it.
    if (needs.strict_tools && needs.through_router) add_new(all, "structured-outputs-2025-11-13");
    return all;
}

}  // namespace

HttpHeaders request_headers(const AnthropicOptions& options, const HeaderNeeds& needs) {
    HttpHeaders headers;
    if (!options.anthropic_version.empty())
        add_checked(headers, "anthropic-version", options.anthropic_version);
    for (const auto& [name, value] : options.headers.fields()) {
        const auto* found = std::find(not_the_users.begin(), not_the_users.end(), lower_case(name));
        if (found == not_the_users.end()) add_checked(headers, name, value);
    }
    std::string list;
    for (const std::string& beta : betas_of(options, needs))
        list += (list.empty() ? "" : ",") + beta;
    if (list.empty()) return headers;
    add_checked(headers, needs.through_router ? "x-anthropic-beta" : "anthropic-beta", list);
    return headers;
}

}  // namespace capstan::anthropic
