#include "agent/agent_run_machine.hpp"

#include <algorithm>

namespace capstan::detail {
namespace {

using State = AgentRun::State;

const OpenCall* find_call(const RunState& state, const std::string& id) {
    const auto found = std::find_if(state.calls.begin(), state.calls.end(),
                                    [&](const OpenCall& open) { return open.call.id == id; });
    return found == state.calls.end() ? nullptr : &*found;
}

}  // namespace

bool RunMachine::fits(const run_event::ModelAnswered&) const {
    return state_.state == State::model;
}

bool RunMachine::fits(const run_event::ModelFailed&) const { return state_.state == State::model; }

bool RunMachine::fits(const run_event::CallsChecked& event) const {
    const auto same = [](const OpenCall& open, const CheckedCall& check) {
        return open.call.id == check.call_id;
    };
    return state_.state == State::checking &&
           std::equal(state_.calls.begin(), state_.calls.end(), event.calls.begin(),
                      event.calls.end(), same);
}

bool RunMachine::fits(const run_event::ToolBegun& event) const {
    const auto* open = find_call(state_, event.call_id);
    return open && open->phase == Phase::commanded;
}

bool RunMachine::fits(const run_event::ToolEnded& event) const {
    const auto* open = find_call(state_, event.call_id);
    return open && (open->phase == Phase::commanded || open->phase == Phase::begun);
}

bool RunMachine::fits(const run_event::Resumed&) const {
    return std::any_of(state_.calls.begin(), state_.calls.end(),
                       [](const OpenCall& open) { return open.phase == Phase::begun; });
}

bool RunMachine::fits(const run_event::Approved& event) const {
    const auto* open = find_call(state_, event.answer.call_id);
    return open && open->phase == Phase::asking &&
           approval_request(state_, *open).fingerprint == event.answer.fingerprint;
}

bool RunMachine::fits(const run_event::Summarised&) const {
    return state_.state == State::compacting;
}

bool RunMachine::fits(const run_event::StopWanted&) const { return state_.state != State::idle; }

}  // namespace capstan::detail
