#pragma once

#include <capstan/money.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace capstan {

/// When a run has to end, checked before each call of the model. Every setter returns the object:
/// `limits().max_steps(20).max_cost(0.50_usd)`. Absent means no limit.
///
/// Tokens and cost are counted over the whole conversation; everything else begins anew when the
/// user goes on after the end of a run.
class AgentLimits {
public:
    AgentLimits() = default;

    /// Calls of the model; calls of tools.
    AgentLimits& max_steps(std::optional<std::int64_t> n) { return set(max_steps_, n); }
    AgentLimits& max_tool_calls(std::optional<std::int64_t> n) { return set(max_tool_calls_, n); }
    /// Time in which the run was active: waiting for an approval does not count.
    AgentLimits& max_time(std::optional<std::chrono::milliseconds> t) { return set(max_time_, t); }
    /// Input and output tokens of all calls, sub-agents included.
    AgentLimits& max_tokens(std::optional<std::int64_t> n) { return set(max_tokens_, n); }
    /// Sub-agents included. The next call's cost is projected from the prices where they are known,
    /// else from the last call.
    AgentLimits& max_cost(std::optional<Money> amount) { return set(max_cost_, amount); }
    /// Steps in a row in which every tool call failed.
    AgentLimits& max_failed_steps(std::optional<std::int64_t> n) { return set(max_failed_, n); }
    /// Tool calls in a row whose arguments could not be used: unknown tool, no JSON, against the
    /// schema, cut off.
    AgentLimits& max_bad_calls(std::optional<std::int64_t> n) { return set(max_bad_calls_, n); }
    /// When a limit is hit, call the model once more without tools for an answer. Not for max_cost,
    /// which is never knowingly passed.
    AgentLimits& final_answer(bool wanted) { return set(final_answer_, wanted); }

    std::optional<std::int64_t> max_steps() const noexcept { return max_steps_; }
    std::optional<std::int64_t> max_tool_calls() const noexcept { return max_tool_calls_; }
    std::optional<std::chrono::milliseconds> max_time() const noexcept { return max_time_; }
    std::optional<std::int64_t> max_tokens() const noexcept { return max_tokens_; }
    std::optional<Money> max_cost() const noexcept { return max_cost_; }
    std::optional<std::int64_t> max_failed_steps() const noexcept { return max_failed_; }
    std::optional<std::int64_t> max_bad_calls() const noexcept { return max_bad_calls_; }
    bool final_answer() const noexcept { return final_answer_; }

private:
    template <class T>
    AgentLimits& set(T& member, T value) {
        member = std::move(value);
        return *this;
    }

    std::optional<std::int64_t> max_steps_ = 20;
    std::optional<std::int64_t> max_tool_calls_ = 64;
    std::optional<std::chrono::milliseconds> max_time_ = std::chrono::minutes(10);
    std::optional<std::int64_t> max_tokens_;
    std::optional<Money> max_cost_;
    std::optional<std::int64_t> max_failed_ = 5;
    std::optional<std::int64_t> max_bad_calls_ = 6;
    bool final_answer_ = false;
};

/// Why a run ended.
enum class StopReason {
    answered,         ///< the model answered without calling a tool
    max_steps,
    max_tool_calls,
    max_time,
    max_tokens,
    max_cost,
    failed_steps,
    bad_calls,
    loop,             ///< the same call gave the same result again and again
    length,           ///< the model's answer was cut off by its output limit
    content_filter,
    context_overflow, ///< the conversation does not fit, even compacted
    stop_condition,   ///< one of the user's own conditions
    hook,             ///< a hook stopped the run
    cancelled,
    error,            ///< the model could not be called
};

/// "answered", ... as in the enum.
std::string_view to_string(StopReason reason) noexcept;
std::optional<StopReason> stop_reason_from(std::string_view name) noexcept;

}  // namespace capstan
