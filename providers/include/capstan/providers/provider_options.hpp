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

namespace capstan {

class StateManager;

/// The settings that all our providers share. What a call's MessageRequest says wins over them.
struct ProviderOptions {
    ProviderOptions() = default;

    std::string api_key;   ///< empty: the environment variable of ProviderSite::key_variable
    std::string base_url;  ///< empty: that of ProviderSite::url_variable, else the site's own
    std::string model;
    std::optional<ModelInfo> model_info;  ///< of `model`; wins over what is known of it otherwise

    std::string reasoning_effort;                        ///< see ReasoningOptions::effort
    std::optional<std::int64_t> thinking_budget_tokens;  ///< see ReasoningOptions::max_tokens
    /// "low", "medium", "high", "xhigh", "max", or empty; the nearest one that the API knows is
    /// sent. Claude models take it for the effort of the whole answer, over reasoning_effort.
    std::string verbosity;
    std::optional<bool> parallel_tool_calls;
    std::optional<std::int64_t> max_tokens;  ///< wish; the sent value also fits model and prompt
    Sampling sampling;

    HttpHeaders headers;  ///< go with every call; the key's own header cannot be replaced
    HttpTimeouts timeouts;
    HttpClientOptions http;
    RetryPolicy retry;
    RetryCallback on_retry_attempt;
    json::object extra;  ///< request fields that this library does not know

    /// Holds cached model lists; empty: one in memory.
    std::shared_ptr<StateManager> state;
    std::shared_ptr<Clock> clock;  ///< empty: the real one
};
static_assert(!std::is_aggregate_v<ProviderOptions>);

/// The request with the settings in the place of all that it leaves open: model, sampling,
/// max_tokens, reasoning, verbosity, parallel calls, extra. For Dialect::write(). Pure.
MessageRequest with_settings(const ProviderOptions& options, MessageRequest request);

}  // namespace capstan
