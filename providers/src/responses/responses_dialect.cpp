#include "responses/responses_dialect.hpp"

#include "chat/usage_mapping.hpp"
#include "openrouter/openrouter_site.hpp"
#include "responses/request_writer.hpp"
#include "responses/responses_decoder.hpp"

#include <algorithm>
#include <utility>

namespace capstan::responses {
namespace {

ProviderSite site_at(const std::string& base_url) {
    if (openrouter::is_openrouter(base_url)) return openrouter::openrouter_site();
    ProviderSite site;
    site.name = "OpenAI";
    site.base_url = "https://api.openai.com/v1";
    site.key_variable = "OPENAI_API_KEY";
    site.url_variable = "OPENAI_BASE_URL";
    site.keys_page = "https://platform.openai.com/api-keys";
    site.credits_page = "https://platform.openai.com/settings/organization/billing";
    site.models_page = "https://platform.openai.com/docs/models";
    return site;
}

}  // namespace

ResponsesDialect::ResponsesDialect(OpenAiResponsesOptions options)
    : options_(std::move(options)), site_(site_at(options_.base_url)) {
    options_.api_key.clear();
}

ProviderSupport ResponsesDialect::support() const {
    ProviderSupport support;
    support.tools = true;
    support.reasoning = true;
    support.reasoning_replay = true;
    support.images = true;
    support.files = true;
    support.structured_output = true;
    support.cost = true;
    support.usage_lookup = true;
    return support;
}

WireRequest ResponsesDialect::write(const MessageRequest& request, ReasoningReplay replay) const {
    return write_request(options_, request, replay);
}

std::unique_ptr<AnswerDecoder> ResponsesDialect::decoder(const WireRequest&) const {
    return std::make_unique<ResponsesDecoder>();
}

std::optional<ApiCall> ResponsesDialect::usage_call(const std::string& generation_id) const {
    const bool plain = std::all_of(generation_id.begin(), generation_id.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               c == '-' || c == '_';
    });
    if (!plain || !generation_id.starts_with("gen-")) return std::nullopt;
    ApiCall call;
    call.path = "/generation?id=" + generation_id;
    return call;
}

std::optional<Usage> ResponsesDialect::read_usage(const json::object& answer) const {
    const auto* data = find_object(answer, "data");
    return data ? std::optional(usage_from_generation(*data)) : std::nullopt;
}

}  // namespace capstan::responses
