#include "anthropic/anthropic_dialect.hpp"

#include "anthropic/answer_decoder.hpp"
#include "anthropic/request_writer.hpp"
#include "openrouter/openrouter_site.hpp"

#include <utility>

namespace capstan::anthropic {
namespace {

ProviderSite site_of(const AnthropicOptions& options) {
    if (openrouter::is_openrouter(options.base_url)) return openrouter::openrouter_site();
    ProviderSite site;
    site.name = "Anthropic";
    site.base_url = "https://api.anthropic.com/v1";
    site.key_variable = options.bearer_auth ? "ANTHROPIC_AUTH_TOKEN" : "ANTHROPIC_API_KEY";
    site.url_variable = "ANTHROPIC_BASE_URL";
    site.keys_page = "https://platform.claude.com/settings/keys";
    site.credits_page = "https://platform.claude.com/settings/billing";
    site.models_page = "https://platform.claude.com/docs/en/about-claude/models/overview";
    site.privacy_page = "https://platform.claude.com/settings/privacy";
    return site;
}

bool is_version(std::string_view segment) noexcept {
    return segment.size() >= 2 && segment[0] == 'v' && segment[1] >= '0' && segment[1] <= '9';
}

}  // namespace

AnthropicDialect::AnthropicDialect(AnthropicOptions options)
    : options_(std::move(options)), site_(site_of(options_)) {
    if (openrouter::is_openrouter(options_.base_url)) options_.bearer_auth = true;
    options_.api_key.clear();
}

void AnthropicDialect::authorize(HttpHeaders& headers, const std::string& key) const {
    if (options_.bearer_auth) headers.set("Authorization", "Bearer " + key);
    else headers.set("x-api-key", key);
}

ProviderSupport AnthropicDialect::support() const {
    ProviderSupport support;
    support.tools = true;
    support.reasoning = true;
    support.reasoning_replay = true;
    support.images = true;
    support.files = true;
    support.structured_output = true;
    support.cache_marks = true;
    support.model_list = true;
    return support;
}

WireRequest AnthropicDialect::write(const MessageRequest& request, ReasoningReplay replay) const {
    return write_request(options_, request, replay);
}

std::unique_ptr<AnswerDecoder> AnthropicDialect::decoder(const WireRequest& request) const {
    return std::make_unique<MessageDecoder>(request.model, info_of(options_, request.model));
}

std::string with_version(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    if (url.empty() || url.find_first_of("?#") != std::string::npos) return url;
    const std::string_view last = std::string_view(url).substr(url.rfind('/') + 1);
    return is_version(last) ? url : url + "/v1";
}

}  // namespace capstan::anthropic
