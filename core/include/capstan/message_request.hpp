#pragma once

#include <capstan/call_context.hpp>
#include <capstan/conversation.hpp>
#include <capstan/json.hpp>
#include <capstan/tool_definition.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace capstan {

/// Sampling parameters; what is absent is not sent (wire reference 2.1).
struct Sampling {
    Sampling() = default;

    std::optional<double> temperature;
    std::optional<double> top_p;
    std::optional<std::int64_t> top_k;
    std::optional<double> min_p;
    std::optional<double> top_a;
    std::optional<double> frequency_penalty;
    std::optional<double> presence_penalty;
    std::optional<double> repetition_penalty;
    std::optional<std::int64_t> seed;
    std::vector<std::string> stop;
    std::map<std::string, double> logit_bias;
    std::optional<bool> logprobs;
    std::optional<std::int64_t> top_logprobs;
};
static_assert(!std::is_aggregate_v<Sampling>);

/// How much the model shall think (wire reference 2.4). A budget wins over an effort when both are
/// set, because the server takes only one of them.
struct ReasoningOptions {
    ReasoningOptions() = default;

    std::string effort;  ///< "max".."minimal", "none" (off), or empty
    std::optional<std::int64_t> max_tokens;  ///< thinking budget in tokens; 0 turns reasoning off
    std::optional<bool> enabled;
    std::optional<bool> exclude;  ///< think, but do not return it
    std::string summary;          ///< "auto", "concise", "detailed", or empty
};
static_assert(!std::is_aggregate_v<ReasoningOptions>);

/// One call of a model. Everything but `messages` is optional.
struct MessageRequest {
    MessageRequest() = default;

    std::string system_prompt;  ///< sent as the first system message; empty: none
    Conversation messages;
    ToolDefinitions tools;
    ToolChoice tool_choice;
    std::optional<bool> parallel_tool_calls;

    std::string model;                 ///< overrides the handler's model for this call
    std::vector<std::string> models;   ///< fallback models, in order; overrides the handler's
    std::optional<std::int64_t> max_tokens;
    Sampling sampling;
    std::optional<ReasoningOptions> reasoning;  ///< overrides the handler's
    std::string verbosity;             ///< "low".."max", or empty; overrides the handler's
    json::value response_format;       ///< wire reference 2.7; null: not sent
    json::array plugins;               ///< wire reference 2.8
    std::vector<std::string> modalities;
    json::value audio;                 ///< {voice, format}; null: not sent
    json::object metadata;
    bool stream = true;

    json::object extra;  ///< further request fields, sent as they are; they win over all others
    CallContext context;
};
static_assert(!std::is_aggregate_v<MessageRequest>);

}  // namespace capstan
