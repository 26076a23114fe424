#include "agent/agent_run_machine.hpp"

#include <algorithm>
#include <limits>

namespace capstan::detail {

using namespace run_command;
using State = AgentRun::State;

void add_count(std::int64_t& sum, std::int64_t more) noexcept {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    if (more > 0) sum = sum > most - more ? most : sum + more;
}

std::vector<RunCommand> RunMachine::handle(const RunEvent& event,
                                           std::chrono::milliseconds active_time) {
    const bool fitting = std::visit([&](const auto& known) { return fits(known); }, event);
    if (!fitting) return {};
    state_.totals.active_time = std::max(state_.totals.active_time, active_time);
    std::visit([&](const auto& known) { on(known); }, event);
    return std::move(out_);
}

void RunMachine::on(const run_event::UserSaid& event) {
    state_.queued.push_back(event.message);
    if (state_.state != State::idle) return;
    state_.finished.reset();
    state_.stop.reset();
    state_.steps_before = state_.totals.steps;
    state_.tool_calls_before = state_.totals.tool_calls;
    state_.time_before = state_.totals.active_time;
    state_.bad_calls = 0;
    state_.failed_steps = 0;
    state_.overflowed = false;
    state_.detector = LoopDetector(state_.options.loop);
    state_.transcript.add(std::move(state_.queued.front()));
    state_.queued.pop_front();
    advance();
}

void RunMachine::on(const run_event::SubAgentsSpent& event) {
    state_.totals.sub_agents_cost = std::max(event.cost, Money());
    state_.totals.sub_agents_tokens = std::max<std::int64_t>(event.tokens, 0);
}

void RunMachine::on(const run_event::StopWanted& event) {
    if (state_.state == State::model) {
        count(event.usage);
        if (event.partial) keep_partial(*event.partial);
    }
    interrupt_open_calls(event.why);
    finish(event.reason, event.why);
}

/// What comes between two calls of the model.
void RunMachine::advance() {
    take_steering();
    if (auto stop = reached_limit(state_, false)) return end_by(std::move(*stop));
    if (compact()) return;
    call_model();
}

void RunMachine::call_model() {
    auto stop = state_.final ? std::nullopt : reached_limit(state_, true);
    if (stop) return end_by(std::move(*stop));
    state_.state = State::model;
    state_.input_estimate = estimate_context(state_).tokens;
    add_count(state_.totals.steps, 1);
    CallModel call;
    call.step = state_.totals.steps;
    call.final = state_.final;
    call.input_estimate = state_.input_estimate;
    out_.emplace_back(call);
}

/// Ends the run, or asks for a last answer before.
void RunMachine::end_by(Stop stop) {
    const bool asks = state_.options.limits.final_answer() && stop.reason != StopReason::max_cost;
    if (!asks || state_.final) return finish(stop.reason, std::move(stop.sentence));
    notice(Notice::Kind::final_answer, stop.sentence);
    state_.stop = std::move(stop);
    state_.final = true;
    if (!compact()) call_model();
}

void RunMachine::take_steering() {
    if (state_.queued.empty()) return;
    for (auto& message : state_.queued) {
        notice(Notice::Kind::steering, text_of(message.content));
        state_.transcript.add(std::move(message));
    }
    state_.queued.clear();
    state_.detector = LoopDetector(state_.options.loop);
}

void RunMachine::finish(StopReason reason, std::string sentence, std::optional<ErrorInfo> error) {
    take_steering();  // nothing that was said is lost
    state_.state = State::idle;
    state_.final = false;
    state_.stop.reset();
    state_.compaction.reset();
    Finish finish;
    finish.reason = reason;
    finish.sentence = std::move(sentence);
    finish.error = std::move(error);
    state_.finished = finish;
    out_.emplace_back(std::move(finish));
}

void RunMachine::notice(Notice::Kind kind, std::string text, std::string call_id) {
    Notice notice;
    notice.kind = kind;
    notice.text = std::move(text);
    notice.call_id = std::move(call_id);
    out_.emplace_back(std::move(notice));
}

std::vector<RunCommand> outstanding_commands(const RunState& state) {
    std::vector<RunCommand> commands;
    if (state.state == State::model) {
        CallModel call;
        call.step = state.totals.steps;
        call.final = state.final;
        call.input_estimate = state.input_estimate;
        commands.emplace_back(call);
    } else if (state.state == State::compacting) {
        commands.emplace_back(summary_command(state));
    } else if (state.state == State::checking) {
        CheckCalls check;
        for (const auto& open : state.calls) check.calls.push_back(open.call);
        commands.emplace_back(std::move(check));
    }
    for (const auto& open : state.calls) {
        if (open.phase == OpenCall::Phase::asking) {
            AskApproval ask;
            ask.request = approval_request(state, open);
            commands.emplace_back(std::move(ask));
        } else if (open.phase == OpenCall::Phase::commanded) {
            commands.emplace_back(run_tool_command(open));
        }
    }
    return commands;
}

}  // namespace capstan::detail
