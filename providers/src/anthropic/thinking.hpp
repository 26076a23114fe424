#pragma once

#include "anthropic/claude_models.hpp"

#include <capstan/message_request.hpp>
#include <capstan/providers/anthropic_options.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

namespace capstan::anthropic {

/// What the thinking of a request depends on.
struct ThinkingInput {
    ThinkingInput() = default;

    ReasoningOptions wanted;
    ClaudeTraits traits;
    std::string verbosity;         ///< the same as an effort, and wins over it
    std::string display;           ///< AnthropicOptions::thinking_display
    bool forced_tool = false;      ///< the choice of tools forces a call
    bool unthought_loop = false;   ///< TurnText::loop_without_thought
    std::string model;             ///< with its vendor
    const ModelInfo* info = nullptr;
    std::optional<std::int64_t> requested;  ///< max_tokens of the user
    std::int64_t prompt_bytes = 0;
    std::int64_t media_parts = 0;
};
static_assert(!std::is_aggregate_v<ThinkingInput>);

/// The fields that share the output.
struct ThinkingPlan {
    ThinkingPlan() = default;

    std::int64_t max_tokens = 0;  ///< always sent: the API insists
    json::object thinking;        ///< empty: not sent
    std::string effort;           ///< of output_config; empty: not sent
    bool thinks = false;          ///< asked to, at least
};
static_assert(!std::is_aggregate_v<ThinkingPlan>);

/// The reasoning that a call asks for: the request's, else the settings'. Throws ApiError of kind
/// configuration for an unknown effort and a negative budget.
ReasoningOptions wanted_reasoning(const ProviderOptions& options, const MessageRequest& request);

/// Fits what is wanted to what the model takes (wire reference 7.2):
///
/// - An effort is sent as such to the adaptive models, and as a share of max_tokens to the others.
/// - A budget is sent as it is, at least 1024 and below max_tokens; models that know no budgets
///   think as much as they see fit.
/// - Nothing wanted: nothing sent. "Off" is said to the models that would think by themselves, in
///   the word that they take; some always think.
/// - A verbosity is the effort of the whole answer, also of one without thinking. The models that
///   know only budgets are not told. From Claude 5 on it is at most "high" where thinking is off.
/// - No thinking beside a forced call before Claude 4.8 and with a budget; nor, with a budget,
///   within calls that began without it.
///
/// max_tokens is what was asked for, else 32000, at most what the model and its context allow.
/// Throws ApiError of kind invalid_request when a requested max_tokens leaves no room for a budget.
ThinkingPlan plan_thinking(const ThinkingInput& input);

}  // namespace capstan::anthropic
