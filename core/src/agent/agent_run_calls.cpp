#include "agent/agent_run_machine.hpp"

#include <algorithm>

namespace capstan::detail {

using namespace run_command;
using State = AgentRun::State;

namespace {

std::string with_reason(std::string sentence, const std::string& reason) {
    return reason.empty() ? sentence + "." : sentence + ": " + reason;
}

constexpr std::size_t most_parallel = 1'000'000;

bool is_running(const OpenCall& open) {
    return open.phase == OpenCall::Phase::commanded || open.phase == OpenCall::Phase::begun;
}

OpenCall& call_of(RunState& state, const std::string& id) {
    return *std::find_if(state.calls.begin(), state.calls.end(),
                         [&](const OpenCall& open) { return open.call.id == id; });
}

}  // namespace

ApprovalRequest approval_request(const RunState& state, const OpenCall& open) {
    ApprovalRequest request;
    request.call_id = open.call.id;
    request.tool = open.call.name;
    request.arguments = open.arguments();
    request.key = open.check.key;
    request.reason = open.check.reason;
    request.preview = open.check.preview;
    request.fingerprint = approval_fingerprint(state.options.session_id, open.call.id,
                                               open.call.name, open.arguments());
    return request;
}

RunTool run_tool_command(const OpenCall& open) {
    RunTool command;
    command.call = open.call;
    command.changed_arguments = open.check.arguments;
    return command;
}

void RunMachine::on(const run_event::CallsChecked& event) {
    state_.state = State::tools;
    for (std::size_t i = 0; i < event.calls.size(); ++i) state_.calls[i].check = event.calls[i];
    for (auto& open : state_.calls) decide(open);
    settle();
}

void RunMachine::decide(OpenCall& open) {
    auto& check = open.check;
    if (check.refused) {
        auto outcome = std::move(*check.refused);
        check.refused.reset();
        close(open, outcome);
        return;
    }
    if (check.permission == Permission::deny)
        return refuse(open, ToolStatus::denied, with_reason("This call is not permitted",
                                                            check.reason));
    if (state_.detector.blocks(open.call.name, open.arguments())) {
        refuse(open, ToolStatus::repeated,
               "Not executed: this call was made several times already, always with the same "
               "result, which stands above. Do something else.");
        return loop_found(state_.detector.add_blocked(open.call.name, open.arguments()), open);
    }
    if (check.permission == Permission::ask && !state_.allowed.contains(open.approval_key()))
        return ask(open);
    open.phase = Phase::waiting;
}

void RunMachine::ask(OpenCall& open) {
    open.phase = Phase::asking;
    AskApproval ask;
    ask.request = approval_request(state_, open);
    out_.emplace_back(std::move(ask));
}

void RunMachine::on(const run_event::Approved& event) {
    const auto& answer = event.answer;
    auto& open = call_of(state_, answer.call_id);
    if (!answer.allowed) {
        refuse(open, ToolStatus::denied, with_reason("The user denied this call", answer.reason));
    } else {
        open.phase = Phase::waiting;
        if (answer.for_session) {
            state_.allowed.insert(open.approval_key());
            allow_pending();
        }
    }
    settle();
}

void RunMachine::allow_pending() {
    for (auto& open : state_.calls) {
        if (open.phase == Phase::asking && state_.allowed.contains(open.approval_key()))
            open.phase = Phase::waiting;
    }
}

void RunMachine::on(const run_event::ToolBegun& event) {
    call_of(state_, event.call_id).phase = Phase::begun;
}

void RunMachine::on(const run_event::ToolEnded& event) {
    auto& open = call_of(state_, event.call_id);
    add_count(state_.totals.tool_calls, 1);
    open.phase = Phase::ended;
    open.outcome = event.outcome;
    detect_loop(open);
    settle();
}

/// What the program's end interrupted is made again, if that does no harm.
void RunMachine::on(const run_event::Resumed&) {
    for (auto& open : state_.calls) {
        if (open.phase != Phase::begun) continue;
        if (open.check.repeatable) {
            command(open);
            continue;
        }
        add_count(state_.totals.tool_calls, 1);
        refuse(open, ToolStatus::interrupted,
               "Interrupted: the program ended while this call ran. Whether it took effect, wholly "
               "or in part, is not known; find out before you make it again.");
    }
    settle();
}

/// Commands what may run now. An exclusive call waits for all before it and holds up all behind it.
void RunMachine::schedule() {
    const auto most = static_cast<std::ptrdiff_t>(
        std::clamp<std::size_t>(state_.options.max_parallel_tools, 1, most_parallel));
    auto running = std::count_if(state_.calls.begin(), state_.calls.end(), is_running);
    bool first = true;
    for (auto& open : state_.calls) {
        if (open.phase == Phase::ended) continue;
        const bool waits = open.phase == Phase::waiting;
        if (waits && running < most && (first || !open.check.exclusive)) {
            command(open);
            ++running;
        }
        if (open.check.exclusive) return;
        first = false;
    }
}

void RunMachine::command(OpenCall& open) {
    open.phase = Phase::commanded;
    out_.emplace_back(run_tool_command(open));
}

}  // namespace capstan::detail
