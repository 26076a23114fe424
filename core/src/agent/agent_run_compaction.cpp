#include "agent/agent_run_machine.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace capstan::detail {

using namespace run_command;
using State = AgentRun::State;

namespace {

/// A share of so many tokens that the transcript may have beside the fixed part of a request.
std::int64_t share_of(const RunState& state, std::int64_t tokens, double share) {
    const auto wanted = static_cast<double>(tokens) * std::clamp(share, 0.0, 1.0);
    const auto fixed = state.estimator.tokens_of_chars(state.fixed_chars);
    return std::max<std::int64_t>(static_cast<std::int64_t>(wanted) - fixed, 0);
}

bool wants_compaction(const RunState& state) {
    if (state.compaction_wanted) return true;
    const auto& options = state.options.context;
    const auto estimate = estimate_context(state);
    if (!options.compaction || !estimate.usable) return false;
    return state.estimator.tokens(state.transcript) >
           share_of(state, *estimate.usable, options.trigger);
}

/// What a compaction aims at; without a known window, half of what there is.
std::int64_t target_of(const RunState& state) {
    const auto estimate = estimate_context(state);
    const auto target = estimate.usable
                            ? share_of(state, *estimate.usable, state.options.context.target)
                            : share_of(state, estimate.tokens, 0.5);
    if (!state.compaction_wanted) return target;
    return std::min(target, state.estimator.tokens(state.transcript) / 2);
}

}  // namespace

SummariseHistory summary_command(const RunState& state) {
    SummariseHistory command;
    command.messages = summary_request(state.transcript, state.compaction->messages);
    command.max_tokens = state.options.context.summary_tokens;
    return command;
}

/// True if the run now waits for a summary.
bool RunMachine::compact() {
    if (!wants_compaction(state_)) return false;
    const auto& options = state_.options.context;
    const auto target = target_of(state_);
    state_.compaction_wanted = false;
    OpenCompaction compaction;
    state_.transcript = trim_tool_results(state_.transcript, options, state_.estimator, target,
                                          compaction.report);
    if (state_.estimator.tokens(state_.transcript) > target)
        compaction.messages = replaceable_messages(state_.transcript, options, state_.estimator,
                                                   target);
    if (compaction.messages.empty()) {
        compacted(compaction.report);
        return false;
    }
    if (!options.summarise) {
        state_.transcript = replace_by_summary(state_.transcript, compaction.messages, {},
                                               state_.estimator, compaction.report);
        compacted(compaction.report);
        return false;
    }
    state_.compaction = std::move(compaction);
    state_.state = State::compacting;
    out_.emplace_back(summary_command(state_));
    return true;
}

void RunMachine::on(const run_event::Summarised& event) {
    count(event.usage);
    auto compaction = std::move(*state_.compaction);
    state_.compaction.reset();
    state_.transcript = replace_by_summary(state_.transcript, compaction.messages, event.text,
                                           state_.estimator, compaction.report);
    compacted(compaction.report);
    take_steering();
    call_model();
}

void RunMachine::compacted(const CompactionReport& report) {
    if (report.trimmed_results == 0 && report.removed_messages == 0) return;
    Notice notice;
    notice.kind = Notice::Kind::compacted;
    notice.text = fmt::format("The context was compacted from about {} to {} tokens.",
                              report.tokens_before, report.tokens_after);
    notice.compaction = report;
    out_.emplace_back(std::move(notice));
}

/// Once a run: the server knows the size better than we do, so what we believe to fit counts less.
bool RunMachine::recover_from_overflow() {
    if (state_.overflowed || !state_.options.context.compaction) return false;
    state_.overflowed = true;
    const auto target = std::min(target_of(state_),
                                 state_.estimator.tokens(state_.transcript) / 2);
    CompactionReport report;
    auto smaller = compact_hard(state_.transcript, state_.options.context, state_.estimator,
                                target, report);
    if (report.tokens_after >= report.tokens_before) return false;
    state_.transcript = std::move(smaller);
    notice(Notice::Kind::overflow,
           "The server refused the size of the conversation; it is sent once more, compacted.");
    compacted(report);
    take_steering();
    call_model();
    return true;
}

}  // namespace capstan::detail
