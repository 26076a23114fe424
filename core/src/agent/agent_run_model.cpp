#include "agent/agent_run_impl.hpp"
#include "agent/agent_run_machine.hpp"

#include <algorithm>

namespace capstan::detail {

using namespace run_command;
using State = AgentRun::State;

namespace {

std::int64_t counted(std::optional<std::int64_t> tokens) {
    return std::max<std::int64_t>(tokens.value_or(0), 0);
}

std::int64_t input_of(const Usage& usage) {
    std::int64_t sum = counted(usage.input_tokens);
    add_count(sum, counted(usage.cache_read_tokens));
    add_count(sum, counted(usage.cache_write_tokens));
    return sum;
}

bool is_blank(const AssistantMessage& message) {
    const auto* parts = std::get_if<std::vector<ContentPart>>(&message.content);
    const bool shows = parts && std::any_of(parts->begin(), parts->end(), [](const auto& part) {
        return !std::holds_alternative<TextPart>(part);
    });
    const auto text = text_of(message.content);
    return !shows && text.find_first_not_of(" \t\r\n") == text.npos;
}

bool is_nothing(const AssistantMessage& message) {
    const auto& reasoning = message.reasoning;
    return is_blank(message) && message.tool_calls.empty() && message.extra.empty() &&
           reasoning.text.empty() && !reasoning.details;
}

}  // namespace

void RunMachine::count(const Usage& usage) {
    auto& totals = state_.totals;
    add_count(totals.input_tokens, input_of(usage));
    add_count(totals.output_tokens, counted(usage.output_tokens));
    add_count(totals.cache_read_tokens, counted(usage.cache_read_tokens));
    add_count(totals.cache_write_tokens, counted(usage.cache_write_tokens));
    add_count(totals.reasoning_tokens, counted(usage.reasoning_tokens));
    if (usage.total_cost && !usage.total_cost->is_negative()) totals.cost += *usage.total_cost;
    else totals.cost_complete = false;
}

void RunMachine::on(const run_event::ModelAnswered& event) {
    count(event.usage);
    state_.last_output = counted(event.usage.output_tokens);
    state_.last_cost = event.usage.total_cost;
    // What was estimated when the call was commanded knew the system prompt of the call before.
    const auto& estimator = state_.estimator;
    const auto fixed_chars = std::min(event.fixed_chars, most_chars);
    const auto fixed = estimator.tokens_of_chars(fixed_chars) -
                       estimator.tokens_of_chars(state_.fixed_chars);
    const auto estimate = std::clamp<std::int64_t>(event.input_estimate, 0, most_tokens);
    state_.estimator.calibrate(estimate + fixed, input_of(event.usage));
    state_.fixed_chars = fixed_chars;
    keep(event.message);
    if (state_.calls.empty()) return answered_without_calls(event);
    answered_with_calls(event.finish);
}

void RunMachine::keep(AssistantMessage message) {
    if (is_nothing(message)) return;
    make_call_ids_unique(message);
    for (const auto& call : message.tool_calls) state_.calls.emplace_back().call = call;
    state_.transcript.add(std::move(message));
}

void RunMachine::answered_without_calls(const run_event::ModelAnswered& event) {
    if (state_.final) {
        const Stop stop = *state_.stop;
        return finish(stop.reason, stop.sentence);
    }
    switch (event.finish) {
    case FinishReason::length:
        return finish(StopReason::length, "The model's answer was cut off by its output limit.");
    case FinishReason::content_filter:
        return finish(StopReason::content_filter, "The model's answer was stopped by a filter.");
    case FinishReason::error:
        return finish(StopReason::error, "The model ended its answer with an error.");
    default: break;
    }
    if (!state_.queued.empty()) return advance();
    finish(StopReason::answered, is_nothing(event.message) ? "The model gave an empty answer."
                                                           : "The model has answered.");
}

void RunMachine::answered_with_calls(FinishReason reason) {
    if (state_.final) {
        const Stop stop = *state_.stop;
        refuse_all(ToolStatus::denied, "Not executed: the run ends here. " + stop.sentence);
        return finish(stop.reason, stop.sentence);
    }
    if (reason == FinishReason::length) {
        for (auto& open : state_.calls)
            refuse(open, ToolStatus::bad_arguments,
                   "Not executed: your answer was cut off by its output limit, so this call may "
                   "be incomplete. Make it again, shorter or in smaller parts.");
        return end_round();
    }
    if (reason == FinishReason::content_filter) {
        refuse_all(ToolStatus::cancelled, "Not executed: a filter stopped the answer.");
        return finish(StopReason::content_filter, "The model's answer was stopped by a filter.");
    }
    if (reason == FinishReason::error) {
        refuse_all(ToolStatus::cancelled, "Not executed: the answer ended with an error.");
        return finish(StopReason::error, "The model ended its answer with an error.");
    }
    state_.state = State::checking;
    CheckCalls check;
    for (const auto& open : state_.calls) check.calls.push_back(open.call);
    out_.emplace_back(std::move(check));
}

void RunMachine::on(const run_event::ModelFailed& event) {
    count(event.usage);
    if (event.error.kind == ErrorKind::context_overflow) {
        if (recover_from_overflow()) return;
        return finish(StopReason::context_overflow,
                      "The conversation does not fit the model's context, even compacted.",
                      event.error);
    }
    if (event.partial) keep_partial(*event.partial);
    if (event.error.kind == ErrorKind::cancelled)
        return finish(StopReason::cancelled, "The call of the model was cancelled.", event.error);
    finish(StopReason::error, ApiError(event.error).what(), event.error);
}

/// The text alone: calls may be incomplete, and reasoning without its end is refused by servers.
void RunMachine::keep_partial(const AssistantMessage& partial) {
    AssistantMessage message(partial.content);
    message.origin = partial.origin;
    if (!is_blank(message)) state_.transcript.add(std::move(message));
}

}  // namespace capstan::detail
