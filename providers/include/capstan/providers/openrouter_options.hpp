#pragma once

#include <capstan/json.hpp>
#include <capstan/providers/provider_options.hpp>

#include <string>
#include <type_traits>
#include <vector>

namespace capstan {

/// Where prompt-cache marks go (wire reference 7.1; at most 4 are ever sent).
enum class PromptCaching {
    automatic,  ///< marks for the model families that need them
    off,        ///< none of ours; marks that the messages carry are still sent
    always,
};

/// Settings of an OpenRouterHandler. Everything but the key has a default.
///
/// An empty `api_key` is taken from OPENROUTER_API_KEY, an empty `base_url` from
/// OPENROUTER_BASE_URL, else it is https://openrouter.ai/api/v1. `model` may be a comma list: the
/// first one, then its fallbacks. `model_info` wins over the catalogue.
struct OpenRouterOptions : ProviderOptions {
    OpenRouterOptions() { model = "anthropic/claude-sonnet-4.5"; }

    std::vector<std::string> fallback_models;

    /// "price", "throughput", "latency", "exacto": sort. A comma list of provider slugs: preferred
    /// order; a single slug: only this one. "openrouter" in a list means "then whatever OpenRouter
    /// chooses". Anything mixed is a configuration error.
    std::string provider_sorting;
    json::object provider;  ///< the raw `provider` object; its members win over provider_sorting
    /// JSON of a provider object, as the X-Provider header carries it; merged below `provider`.
    std::string x_provider;

    bool send_max_tokens = true;  ///< send a computed limit when model info is known
    PromptCaching prompt_caching = PromptCaching::automatic;

    std::string http_referer;       ///< attribution (wire reference 1.1)
    std::string title = "Capstan";  ///< sent as X-OpenRouter-Title and X-Title
    std::string categories;
    bool usage_lookup = true;       ///< ask the generation endpoint when the stream has no usage

    /// Requested model ids whose reasoning is a placeholder and not displayed: a plain text matches
    /// the id without its variant suffix, a leading or trailing '*' any text. Nothing is lost: the
    /// reasoning stays in the message.
    std::vector<std::string> placeholder_reasoning_models = {"x-ai/grok-4", "x-ai/grok-4-0709",
                                                             "mistralai/devstral*"};
};
static_assert(!std::is_aggregate_v<OpenRouterOptions>);

}  // namespace capstan
