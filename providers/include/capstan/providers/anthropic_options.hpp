#pragma once

#include <capstan/providers/provider_options.hpp>

#include <string>
#include <type_traits>
#include <vector>

namespace capstan {

/// Settings of an AnthropicHandler. Everything but the key has a default.
///
/// An empty `api_key` is taken from ANTHROPIC_API_KEY (with `bearer_auth`: ANTHROPIC_AUTH_TOKEN),
/// an empty `base_url` from ANTHROPIC_BASE_URL, else it is https://api.anthropic.com/v1. A base URL
/// that does not end in a version gets "/v1", as Anthropic's own clients do it. With base URL
/// https://openrouter.ai/api the key is that of OPENROUTER_API_KEY.
///
/// Parameters that the model would refuse are left out: sampling by models after Claude Opus 4.6
/// and beside thinking, what Anthropic has no name for (penalties, seed, logit_bias, logprobs), and
/// a `response_format` that is no JSON schema.
struct AnthropicOptions : ProviderOptions {
    AnthropicOptions() { model = "claude-sonnet-4-5"; }

    std::string anthropic_version = "2023-06-01";  ///< the header of that name
    /// Beta features, sent as `anthropic-beta`; what a request needs is added by itself.
    std::vector<std::string> betas;

    /// Marks the system prompt and the last two turns for the prompt cache. Marks that messages and
    /// tools carry are sent in any case; never more than 4 in all.
    bool prompt_caching = true;

    /// How thoughts come back: "summarized", "omitted" (only their signatures), or empty: readable
    /// where the model would leave them out by itself. ReasoningOptions::exclude wins.
    std::string thinking_display;

    /// Sends the key as "Authorization: Bearer", as gateways want it; so it is sent to OpenRouter
    /// in any case.
    bool bearer_auth = false;
};
static_assert(!std::is_aggregate_v<AnthropicOptions>);

}  // namespace capstan
