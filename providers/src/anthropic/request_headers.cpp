#include "anthropic/request_headers.hpp"

#include "chat/model_slug.hpp"
#include "exchange/own_headers.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace capstan::anthropic {
namespace {

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
    if (!options.anthropic_version.empty() && !options.headers.contains("anthropic-version"))
        exchange::set_checked(headers, "anthropic-version", options.anthropic_version);
    std::string list;
    for (const std::string& beta : betas_of(options, needs))
        list += (list.empty() ? "" : ",") + beta;
    if (list.empty()) return headers;
    exchange::set_checked(headers, needs.through_router ? "x-anthropic-beta" : "anthropic-beta",
                          list);
    return headers;
}

}  // namespace capstan::anthropic
