#include "agent/agent_run_impl.hpp"
#include "agent/agent_run_values.hpp"

#include <stdexcept>

namespace capstan {

namespace detail {
namespace {

constexpr std::int64_t version = 1;

using Phase = OpenCall::Phase;
using State = AgentRun::State;

std::string_view to_string(State state) noexcept {
    switch (state) {
    case State::idle: return "idle";
    case State::model: return "model";
    case State::checking: return "checking";
    case State::tools: return "tools";
    case State::compacting: return "compacting";
    }
    return "idle";
}

std::string_view to_string(Phase phase) noexcept {
    switch (phase) {
    case Phase::unchecked: return "unchecked";
    case Phase::asking: return "asking";
    case Phase::waiting: return "waiting";
    case Phase::commanded: return "commanded";
    case Phase::begun: return "begun";
    case Phase::ended: return "ended";
    }
    return "ended";
}

template <class Enum>
Enum read_word(const StateReader& in, std::string_view key, Enum last) {
    const auto name = in.text(key);
    for (int i = 0; i <= static_cast<int>(last); ++i) {
        if (to_string(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
    }
    in.fail(key, "unknown word \"" + name + "\"");
}

json::object call_json(const OpenCall& open) {
    json::object object;
    object["phase"] = to_string(open.phase);
    object["check"] = check_to_json(open.check);
    if (open.outcome) object["outcome"] = capstan::to_json(*open.outcome);
    return object;
}

OpenCall read_call(const StateReader& in, const ToolCall& call) {
    OpenCall open;
    open.call = call;
    open.phase = read_word(in, "phase", Phase::ended);
    open.check = read_check(in.object("check"));
    if (in.maybe_value("outcome")) open.outcome = read_outcome(in.object("outcome"));
    if (open.outcome.has_value() != (open.phase == Phase::ended))
        in.fail("outcome", "does not fit the phase");
    return open;
}

json::object report_json(const CompactionReport& report) {
    json::object object;
    object["tokens_before"] = report.tokens_before;
    object["tokens_after"] = report.tokens_after;
    object["trimmed_results"] = report.trimmed_results;
    object["removed_messages"] = report.removed_messages;
    object["summarised"] = report.summarised;
    return object;
}

CompactionReport read_report(const StateReader& in) {
    CompactionReport report;
    report.tokens_before = in.integer("tokens_before");
    report.tokens_after = in.integer("tokens_after");
    report.trimmed_results = in.count("trimmed_results");
    report.removed_messages = in.count("removed_messages");
    report.summarised = in.flag("summarised");
    return report;
}

json::object compaction_json(const OpenCompaction& compaction) {
    json::object object;
    object["messages"] = json::array(compaction.messages.begin(), compaction.messages.end());
    object["report"] = report_json(compaction.report);
    return object;
}

OpenCompaction read_compaction(const StateReader& in, std::size_t size) {
    OpenCompaction compaction;
    for (const auto& index : in.array("messages")) {
        const auto number = as_int(index).value_or(-1);
        const auto least = compaction.messages.empty()
                               ? 0 : static_cast<std::int64_t>(compaction.messages.back()) + 1;
        if (number < least || number >= static_cast<std::int64_t>(size))
            in.fail("messages", "expected indexes of messages, ascending");
        compaction.messages.push_back(static_cast<std::size_t>(number));
    }
    if (compaction.messages.empty()) in.fail("messages", "is empty");
    compaction.report = read_report(in.object("report"));
    return compaction;
}

json::object finish_json(const run_command::Finish& finish) {
    json::object object;
    object["reason"] = capstan::to_string(finish.reason);
    object["sentence"] = finish.sentence;
    if (finish.error) object["error"] = error_to_json(*finish.error);
    return object;
}

run_command::Finish read_finish(const StateReader& in) {
    run_command::Finish finish;
    finish.reason = in.word("reason", StopReason::error);
    finish.sentence = in.text("sentence");
    if (in.maybe_value("error")) finish.error = read_error(in.object("error"));
    return finish;
}

json::array allowed_json(const RunState& state) {
    json::array allowed;
    for (const auto& [tool, key] : state.allowed) {
        json::array pair;
        pair.emplace_back(tool);
        pair.emplace_back(key);
        allowed.emplace_back(std::move(pair));
    }
    return allowed;
}

void read_allowed(const StateReader& in, RunState& state) {
    for (const auto& entry : in.array("allowed")) {
        const auto* pair = entry.if_array();
        if (!pair || pair->size() != 2 || !(*pair)[0].is_string() || !(*pair)[1].is_string())
            in.fail("allowed", "expected pairs of tool and key");
        state.allowed.emplace((*pair)[0].get_string(), (*pair)[1].get_string());
    }
}

json::object turn_json(const RunState& state) {
    json::object object;
    object["steps_before"] = state.steps_before;
    object["tool_calls_before"] = state.tool_calls_before;
    object["time_before"] = state.time_before.count();
    object["bad_calls"] = state.bad_calls;
    object["failed_steps"] = state.failed_steps;
    object["overflowed"] = state.overflowed;
    if (state.stop) {
        object["stop"] = capstan::to_string(state.stop->reason);
        object["stop_sentence"] = state.stop->sentence;
    }
    object["final"] = state.final;
    return object;
}

void read_turn(const StateReader& in, RunState& state) {
    state.steps_before = in.integer("steps_before");
    state.tool_calls_before = in.integer("tool_calls_before");
    state.time_before = in.time("time_before");
    state.bad_calls = in.integer("bad_calls");
    state.failed_steps = in.integer("failed_steps");
    state.overflowed = in.flag("overflowed");
    if (in.maybe_value("stop"))
        state.stop = Stop(in.word("stop", StopReason::error), in.text("stop_sentence"));
    state.final = in.flag("final");
    if (state.final && !state.stop) in.fail("stop", "is missing");
}

json::object next_call_json(const RunState& state) {
    json::object object;
    object["fixed_chars"] = state.fixed_chars;
    object["input_estimate"] = state.input_estimate;
    object["last_output"] = state.last_output;
    put(object, "last_cost", state.last_cost);
    object["compaction_wanted"] = state.compaction_wanted;
    if (state.compaction) object["compaction"] = compaction_json(*state.compaction);
    return object;
}

void read_next_call(const StateReader& in, RunState& state) {
    state.fixed_chars = std::min(in.count("fixed_chars"), most_chars);
    state.input_estimate = in.integer("input_estimate");
    state.last_output = in.integer("last_output");
    state.last_cost = in.maybe_money("last_cost");
    state.compaction_wanted = in.flag("compaction_wanted");
    if (in.maybe_value("compaction"))
        state.compaction = read_compaction(in.object("compaction"), state.transcript.size());
}

Conversation read_transcript(const StateReader& in) {
    try {
        return Conversation::from_json(in.value("transcript"));
    } catch (const ApiError& error) {
        throw std::invalid_argument(in.place("transcript") + ": " + error.what());
    }
}

void read_calls(const StateReader& in, RunState& state) {
    const auto& calls = in.array("calls");
    if (calls.empty()) return;
    const auto* message = state.transcript.empty()
                              ? nullptr
                              : std::get_if<AssistantMessage>(&state.transcript.messages().back());
    if (!message || message->tool_calls.size() != calls.size())
        in.fail("calls", "are not those of the last message");
    for (std::size_t i = 0; i < calls.size(); ++i)
        state.calls.push_back(read_call(StateReader(calls[i], in.place("calls", i)),
                                        message->tool_calls[i]));
}

/// What is written apart has to fit together.
void check_state(const StateReader& in, const RunState& state) {
    const bool round = state.state == State::checking || state.state == State::tools;
    if (round == state.calls.empty()) in.fail("calls", "do not fit the state");
    bool open = false;
    for (const auto& call : state.calls) {
        open = open || call.phase != Phase::ended;
        if ((call.phase == Phase::unchecked) != (state.state == State::checking))
            in.fail("calls", "do not fit the state");
    }
    if (round && !open) in.fail("calls", "have all ended");
    if (state.compaction.has_value() != (state.state == State::compacting))
        in.fail("next_call.compaction", "does not fit the state");
    if (state.state == State::idle && (!state.queued.empty() || state.final))
        in.fail("state", "is idle with something left to do");
    const auto fault = transcript_fault(state.transcript, round);
    if (!fault.empty()) in.fail("transcript", fault);
}

void read_queued(const StateReader& in, RunState& state) {
    const auto& queued = in.array("queued");
    for (std::size_t i = 0; i < queued.size(); ++i)
        state.queued.push_back(read_user_message(queued[i], in.place("queued", i)));
}

RunState read_state(const StateReader& in) {
    if (in.integer("version") > version) in.fail("version", "was written by a newer version");
    if (in.integer("version") < 1) in.fail("version", "is unknown");
    RunState state;
    state.options = read_options(in.object("options"));
    state.state = read_word(in, "state", State::compacting);
    state.transcript = read_transcript(in);
    state.totals = read_totals(in.object("totals"));
    if (in.maybe_value("finished")) state.finished = read_finish(in.object("finished"));
    read_calls(in, state);
    read_queued(in, state);
    read_allowed(in, state);
    state.detector = LoopDetector::from_json(in.value("loop_detector"), state.options.loop);
    in.object("estimator").number("tokens_per_char");
    state.estimator = TokenEstimator::from_json(in.value("estimator"));
    state.model = read_model(in.object("model"));
    read_turn(in.object("turn"), state);
    read_next_call(in.object("next_call"), state);
    check_state(in, state);
    return state;
}

}  // namespace
}  // namespace detail

json::object AgentRun::to_json() const {
    const auto& state = impl_->state;
    json::object object;
    object["version"] = detail::version;
    object["state"] = detail::to_string(state.state);
    object["options"] = detail::options_to_json(state.options);
    object["totals"] = capstan::to_json(state.totals);
    if (state.finished) object["finished"] = detail::finish_json(*state.finished);
    json::array calls;
    for (const auto& open : state.calls) calls.push_back(detail::call_json(open));
    object["calls"] = std::move(calls);
    json::array queued;
    for (const auto& message : state.queued) queued.push_back(detail::message_to_json(message));
    object["queued"] = std::move(queued);
    object["allowed"] = detail::allowed_json(state);
    object["loop_detector"] = state.detector.to_json();
    object["estimator"] = state.estimator.to_json();
    object["model"] = detail::model_to_json(state.model);
    object["turn"] = detail::turn_json(state);
    object["next_call"] = detail::next_call_json(state);
    object["transcript"] = parse_json(state.transcript.to_json_text());
    return object;
}

AgentRun AgentRun::from_json(const json::value& value) {
    AgentRun run;
    run.impl_->state = detail::read_state(detail::StateReader(value, ""));
    return run;
}

}  // namespace capstan
