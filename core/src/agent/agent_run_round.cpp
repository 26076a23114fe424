#include "agent/agent_run_machine.hpp"

#include <algorithm>

namespace capstan::detail {

using namespace run_command;

namespace {

bool is_bad(ToolStatus status) {
    return status == ToolStatus::unknown_tool || status == ToolStatus::bad_arguments;
}

/// What two results have to have in common to be the same one.
std::string result_text(const ToolOutcome& outcome) {
    std::string text(to_string(outcome.status));
    text += ' ';
    if (const auto* plain = std::get_if<std::string>(&outcome.content)) {
        text += *plain;
        // The file of the whole result is named after the call.
        const auto at = outcome.spilled_to.empty() ? text.npos : text.find(outcome.spilled_to);
        if (at != text.npos) text.erase(at, outcome.spilled_to.size());
        return text;
    }
    for (const auto& part : std::get<std::vector<ContentPart>>(outcome.content)) {
        append_json_text(text, to_json(part));
        text += '\n';
    }
    return text;
}

void append_note(Content& content, std::string note) {
    if (auto* text = std::get_if<std::string>(&content)) {
        if (!text->empty()) *text += "\n\n";
        *text += note;
        return;
    }
    std::get<std::vector<ContentPart>>(content).emplace_back(TextPart(std::move(note)));
}

}  // namespace

/// Goes on with the round, or ends it.
void RunMachine::settle() {
    schedule();
    const bool ended = std::all_of(state_.calls.begin(), state_.calls.end(), [](const auto& open) {
        return open.phase == Phase::ended;
    });
    if (ended) end_round();
}

/// A result without a run.
void RunMachine::close(OpenCall& open, ToolOutcome outcome) {
    open.phase = Phase::ended;
    open.outcome = std::move(outcome);
    Notice notice;
    notice.kind = Notice::Kind::tool_result;
    notice.text = text_of(open.outcome->content);
    notice.call_id = open.call.id;
    notice.outcome = open.outcome;
    out_.emplace_back(std::move(notice));
}

void RunMachine::refuse(OpenCall& open, ToolStatus status, std::string text) {
    ToolOutcome outcome;
    outcome.status = status;
    outcome.content = std::move(text);
    close(open, std::move(outcome));
}

void RunMachine::detect_loop(OpenCall& open) {
    const auto status = open.outcome->status;
    const bool ran = status == ToolStatus::ok || status == ToolStatus::failed ||
                     status == ToolStatus::timed_out;
    if (!ran) return;
    const auto verdict = state_.detector.add(open.call.name, open.arguments(),
                                             result_text(*open.outcome));
    if (verdict == LoopVerdict::none) return;
    append_note(open.outcome->content,
                "[Note: this call gave the same result before. Repeating it will not help; try "
                "something else.]");
    loop_found(verdict, open);
}

void RunMachine::loop_found(LoopVerdict verdict, const OpenCall& open) {
    if (verdict == LoopVerdict::none) return;
    const std::string sentence =
        "The model makes the same call of " + open.call.name + " again and again.";
    notice(Notice::Kind::loop_warning, sentence, open.call.id);
    if (verdict == LoopVerdict::stop) state_.stop = Stop(StopReason::loop, sentence);
}

/// All calls get a result, and none pretends to be of the tool.
void RunMachine::refuse_all(ToolStatus status, const std::string& text) {
    for (auto& open : state_.calls) {
        if (open.phase != Phase::ended) refuse(open, status, text);
    }
    take_results();
}

void RunMachine::interrupt_open_calls(const std::string& why) {
    const std::string reason = why.empty() ? "" : " (" + why + ")";
    for (auto& open : state_.calls) {
        if (open.phase != Phase::begun) continue;
        add_count(state_.totals.tool_calls, 1);
        refuse(open, ToolStatus::cancelled,
               "Cancelled while it ran" + reason +
                   ". Whether it took effect, wholly or in part, is not known.");
    }
    refuse_all(ToolStatus::cancelled, "Not executed: the run was stopped" + reason + ".");
}

void RunMachine::take_results() {
    for (auto& open : state_.calls)
        state_.transcript.add(ToolMessage(open.call.id, std::move(open.outcome->content)));
    state_.calls.clear();
}

void RunMachine::end_round() {
    count_failures();
    take_results();
    if (state_.stop) {
        take_steering();
        return end_by(*std::exchange(state_.stop, std::nullopt));
    }
    advance();
}

void RunMachine::count_failures() {
    bool all_failed = true;
    for (const auto& open : state_.calls) {
        const auto status = open.outcome->status;
        all_failed = all_failed && status != ToolStatus::ok;
        if (is_bad(status)) add_count(state_.bad_calls, 1);
        else state_.bad_calls = 0;
    }
    if (all_failed) add_count(state_.failed_steps, 1);
    else state_.failed_steps = 0;
}

}  // namespace capstan::detail
