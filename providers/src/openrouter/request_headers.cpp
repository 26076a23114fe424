#include "openrouter/request_headers.hpp"

#include "chat/model_slug.hpp"

#include <capstan/error.hpp>

#include <algorithm>
#include <vector>

namespace capstan {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_name(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
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

bool has_strict_tool(const ToolDefinitions& tools) {
    return std::any_of(tools.begin(), tools.end(), [](const ToolDefinition& tool) {
        const auto* function = std::get_if<FunctionTool>(&tool);
        return function && function->strict == true;
    });
}

// Claude 4 up to 4.5 thinks between tool calls only when asked; any Claude ignores `strict` of a
// tool otherwise (wire reference 1.1, 6.6).
std::vector<std::string> claude_betas(const MessageRequest& request, std::string_view model,
                                      bool reasoning) {
    std::vector<std::string> betas;
    if (vendor_of(model) != "anthropic") return betas;
    const int version = model_version(model).value_or(0);
    if (reasoning && !request.tools.empty() && version >= 400 && has_thinking_budget(model))
        betas.push_back("interleaved-thinking-2025-05-14");
    if (has_strict_tool(request.tools)) betas.push_back("structured-outputs-2025-11-13");
    return betas;
}

void add_betas(HttpHeaders& headers, const std::vector<std::string>& betas) {
    constexpr const char* name = "x-anthropic-beta";
    std::vector<std::string> all = split_list(headers.get(name));
    for (const std::string& beta : betas)
        if (std::find(all.begin(), all.end(), beta) == all.end()) all.push_back(beta);
    if (all.empty()) return;
    std::string list;
    for (const std::string& beta : all) list += (list.empty() ? "" : ",") + beta;
    headers.set(name, std::move(list));
}

}  // namespace

std::string_view x_provider_text(const OpenRouterOptions& options) noexcept {
    if (!options.x_provider.empty()) return options.x_provider;
    return options.headers.get("X-Provider");
}

HttpHeaders request_headers(const OpenRouterOptions& options, const MessageRequest& request,
                            std::string_view model, bool reasoning) {
    HttpHeaders headers;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) add_checked(headers, name, value);
    };
    add("HTTP-Referer", options.http_referer);
    add("X-OpenRouter-Title", options.title);
    add("X-Title", options.title);
    add("X-OpenRouter-Categories", options.categories);
    for (const auto& [name, value] : options.headers.fields()) {
        if (same_name(name, "Authorization") || same_name(name, "Content-Type") ||
            same_name(name, "X-Provider"))
            continue;
        add_checked(headers, name, value);
    }
    add_betas(headers, claude_betas(request, model, reasoning));
    return headers;
}

}  // namespace capstan
