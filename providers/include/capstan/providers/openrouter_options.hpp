#pragma once

#include <capstan/clock.hpp>
#include <capstan/http_client.hpp>
#include <capstan/json.hpp>
#include <capstan/message_request.hpp>
#include <capstan/model_info.hpp>
#include <capstan/retry.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace capstan {

class StateManager;

/// Where prompt-cache marks go (wire reference 7.1; at most 4 are ever sent).
enum class PromptCaching {
    automatic,  ///< marks for the model families that need them
    off,        ///< none of ours; marks that the messages carry are still sent
    always,
};

/// Settings of an OpenRouterHandler. Everything but the key has a default.
struct OpenRouterOptions {
    OpenRouterOptions() = default;

    std::string api_key;   ///< empty: the environment's OPENROUTER_API_KEY
    std::string base_url;  ///< empty: OPENROUTER_BASE_URL, else https://openrouter.ai/api/v1
    std::string model = "anthropic/claude-sonnet-4.5";  ///< may be a comma list: first + fallbacks
    std::vector<std::string> fallback_models;
    std::optional<ModelInfo> model_info;  ///< wins over the catalogue

    /// "price", "throughput", "latency", "exacto": sort. A comma list of provider slugs: preferred
    /// order; a single slug: only this one. "openrouter" in a list means "then whatever OpenRouter
    /// chooses". Anything mixed is a configuration error.
    std::string provider_sorting;
    json::object provider;  ///< the raw `provider` object; its members win over provider_sorting
    /// JSON of a provider object, as the X-Provider header carries it; merged below `provider`.
    std::string x_provider;

    std::string reasoning_effort;                          ///< see ReasoningOptions::effort
    std::optional<std::int64_t> thinking_budget_tokens;    ///< see ReasoningOptions::max_tokens
    std::optional<bool> parallel_tool_calls;
    std::optional<std::int64_t> max_tokens;  ///< wish; the sent value also fits model and prompt
    bool send_max_tokens = true;             ///< send a computed limit when model info is known
    Sampling sampling;
    PromptCaching prompt_caching = PromptCaching::automatic;

    std::string http_referer;          ///< attribution (wire reference 1.1)
    std::string title = "Capstan";     ///< sent as X-OpenRouter-Title and X-Title
    std::string categories;
    HttpHeaders headers;               ///< further headers; Authorization cannot be overridden

    HttpTimeouts timeouts;
    HttpClientOptions http;
    RetryPolicy retry;
    RetryCallback on_retry_attempt;
    bool usage_lookup = true;          ///< ask the generation endpoint when the stream has no usage

    /// Requested model ids whose reasoning is a placeholder and not displayed: a plain text matches
    /// the id without its variant suffix, a leading or trailing '*' any text. Nothing is lost: the
    /// reasoning stays in the message.
    std::vector<std::string> placeholder_reasoning_models = {"x-ai/grok-4", "x-ai/grok-4-0709",
                                                             "mistralai/devstral*"};

    json::object extra;                ///< request fields that this library does not know

    /// Holds the model catalogue's cache; empty: one in memory.
    std::shared_ptr<StateManager> state;
    std::shared_ptr<Clock> clock;         ///< empty: the real one
};
static_assert(!std::is_aggregate_v<OpenRouterOptions>);

}  // namespace capstan
