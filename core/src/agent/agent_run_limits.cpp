#include "agent/agent_run_machine.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace capstan::detail {
namespace {

std::optional<Stop> reached_count(const RunState& state) {
    const auto& limits = state.options.limits;
    const auto& totals = state.totals;
    const auto reached = [](std::int64_t value, std::optional<std::int64_t> limit) {
        return limit && value >= *limit;
    };
    if (reached(totals.steps - state.steps_before, limits.max_steps()))
        return Stop(StopReason::max_steps,
                    fmt::format("The limit of {} calls of the model is reached.",
                                *limits.max_steps()));
    if (reached(totals.tool_calls - state.tool_calls_before, limits.max_tool_calls()))
        return Stop(StopReason::max_tool_calls,
                    fmt::format("The limit of {} tool calls is reached.",
                                *limits.max_tool_calls()));
    if (reached(state.failed_steps, limits.max_failed_steps()))
        return Stop(StopReason::failed_steps,
                    fmt::format("Every tool call failed, {} steps in a row.", state.failed_steps));
    if (reached(state.bad_calls, limits.max_bad_calls()))
        return Stop(StopReason::bad_calls,
                    fmt::format("{} tool calls in a row could not be used.", state.bad_calls));
    return std::nullopt;
}

std::int64_t all_tokens(const RunTotals& totals) {
    std::int64_t sum = totals.input_tokens;
    add_count(sum, totals.output_tokens);
    add_count(sum, totals.sub_agents_tokens);
    return sum;
}

/// What the next call will cost, as far as that can be known.
Money projected_cost(const RunState& state) {
    const auto& model = state.model;
    if (!model.input_price || !model.output_price) return state.last_cost.value_or(Money());
    return *model.input_price * estimate_context(state).tokens +
           *model.output_price * state.last_output;
}

std::optional<Stop> reached_cost(const RunState& state, bool projected) {
    const auto limit = state.options.limits.max_cost();
    if (!limit) return std::nullopt;
    const Money spent = state.totals.cost + state.totals.sub_agents_cost;
    if (spent >= *limit)
        return Stop(StopReason::max_cost,
                    fmt::format("The limit of {} dollars is reached.", limit->to_string()));
    if (!projected || spent + projected_cost(state) <= *limit) return std::nullopt;
    return Stop(StopReason::max_cost,
                fmt::format("The next call would pass the limit of {} dollars.",
                            limit->to_string()));
}

std::int64_t tokens_for_answer(const RunState& state, std::int64_t window) {
    const auto wanted = state.model.max_output.value_or(state.options.context.reserve);
    return std::clamp<std::int64_t>(wanted, 0, window / 2);
}

}  // namespace

std::optional<Stop> reached_limit(const RunState& state, bool projected) {
    const auto& limits = state.options.limits;
    if (auto stop = reached_count(state)) return stop;
    const auto active = state.totals.active_time - state.time_before;
    if (limits.max_time() && active >= *limits.max_time())
        return Stop(StopReason::max_time,
                    fmt::format("The time limit of {} s is reached.",
                                static_cast<double>(limits.max_time()->count()) / 1000));
    if (limits.max_tokens() && all_tokens(state.totals) >= *limits.max_tokens())
        return Stop(StopReason::max_tokens,
                    fmt::format("The limit of {} tokens is reached.", *limits.max_tokens()));
    return reached_cost(state, projected);
}

ContextEstimate estimate_context(const RunState& state) {
    ContextEstimate estimate;
    estimate.tokens = state.estimator.tokens(state.transcript);
    add_count(estimate.tokens, state.estimator.tokens_of_chars(state.fixed_chars));
    auto window = state.options.context.context_length;
    if (!window) window = state.model.context_length;
    if (!window || *window <= 0) return estimate;
    window = std::min(*window, most_tokens);
    estimate.usable = *window - tokens_for_answer(state, *window);
    return estimate;
}

}  // namespace capstan::detail
