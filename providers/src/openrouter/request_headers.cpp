#include "openrouter/request_headers.hpp"

#include "chat/model_slug.hpp"
#include "exchange/own_headers.hpp"

#include <algorithm>
#include <vector>

namespace capstan {
namespace {

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

std::string joined(const std::vector<std::string>& words) {
    std::string list;
    for (const std::string& word : words) list += (list.empty() ? "" : ",") + word;
    return list;
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
        const bool own = options.headers.contains(name);
        if (!value.empty() && !own) exchange::set_checked(headers, name, value);
    };
    add("HTTP-Referer", options.http_referer);
    add("X-OpenRouter-Title", options.title);
    add("X-Title", options.title);
    add("X-OpenRouter-Categories", options.categories);
    auto betas = split_list(options.headers.get("x-anthropic-beta"));
    for (auto& beta : claude_betas(request, model, reasoning))
        if (std::find(betas.begin(), betas.end(), beta) == betas.end())
            betas.push_back(std::move(beta));
    if (!betas.empty()) exchange::set_checked(headers, "x-anthropic-beta", joined(betas));
    return headers;
}

}  // namespace capstan
