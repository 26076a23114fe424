#include "run_driver.hpp"

namespace capstan::testing {

using namespace run_command;

AssistantMessage calls_of(std::vector<std::pair<std::string, std::string>> calls) {
    AssistantMessage message;
    for (auto& [name, arguments] : calls) {
        auto& call = message.tool_calls.emplace_back();
        call.id = "c" + std::to_string(message.tool_calls.size());
        call.name = std::move(name);
        call.arguments = std::move(arguments);
    }
    return message;
}

run_event::ModelAnswered answer(AssistantMessage message, FinishReason finish) {
    run_event::ModelAnswered event;
    event.message = std::move(message);
    event.finish = finish;
    return event;
}

run_event::ModelAnswered answer(std::string text) {
    return answer(AssistantMessage(std::move(text)));
}

run_event::UserSaid said(std::string text) {
    return run_event::UserSaid(UserMessage(std::move(text)));
}

CheckedCall checked(std::string id, Permission permission) {
    CheckedCall check;
    check.call_id = std::move(id);
    check.permission = permission;
    check.key = "key";
    return check;
}

ToolOutcome outcome(std::string text, ToolStatus status) {
    ToolOutcome outcome;
    outcome.status = status;
    outcome.content = std::move(text);
    return outcome;
}

run_event::ToolEnded ended(std::string id, std::string text) {
    run_event::ToolEnded event;
    event.call_id = std::move(id);
    event.outcome = outcome(std::move(text));
    return event;
}

run_event::CallsChecked all_checked(const AgentRun& run) {
    run_event::CallsChecked event;
    const auto& message = std::get<AssistantMessage>(run.transcript().messages().back());
    for (const auto& call : message.tool_calls) event.calls.push_back(checked(call.id));
    return event;
}

namespace {

std::string_view kind_word(Notice::Kind kind) {
    switch (kind) {
    case Notice::Kind::steering: return "steering";
    case Notice::Kind::loop_warning: return "loop_warning";
    case Notice::Kind::compacted: return "compacted";
    case Notice::Kind::overflow: return "overflow";
    case Notice::Kind::tool_result: return "tool_result";
    case Notice::Kind::final_answer: return "final_answer";
    }
    return "?";
}

struct Word {
    std::string operator()(const CallModel& command) const {
        return "call " + std::to_string(command.step) + (command.final ? " final" : "");
    }
    std::string operator()(const CheckCalls& command) const {
        std::string text = "check";
        for (const auto& call : command.calls) text += " " + call.id;
        return text;
    }
    std::string operator()(const AskApproval& command) const {
        return "ask " + command.request.call_id;
    }
    std::string operator()(const RunTool& command) const { return "run " + command.call.id; }
    std::string operator()(const SummariseHistory&) const { return "summarise"; }
    std::string operator()(const Notice& command) const {
        if (command.outcome)
            return std::string(to_string(command.outcome->status)) + " " + command.call_id;
        return "notice " + std::string(kind_word(command.kind));
    }
    std::string operator()(const Finish& command) const {
        return "finish " + std::string(to_string(command.reason));
    }
};

struct Line {
    std::string operator()(const SystemMessage& m) const { return "system: " + text_of(m.content); }
    std::string operator()(const UserMessage& m) const { return "user: " + text_of(m.content); }
    std::string operator()(const ToolMessage& m) const {
        return m.tool_call_id + ": " + text_of(m.content);
    }
    std::string operator()(const AssistantMessage& m) const {
        if (m.tool_calls.empty()) return "assistant: " + text_of(m.content);
        std::string text = "calls";
        for (const auto& call : m.tool_calls) text += " " + call.id;
        return text;
    }
};

}  // namespace

std::string word(const RunCommand& command) { return std::visit(Word(), command); }

std::string words(const std::vector<RunCommand>& commands) {
    std::string text;
    for (const auto& command : commands) text += (text.empty() ? "" : ", ") + word(command);
    return text;
}

std::string lines(const AgentRun& run) {
    std::string text;
    for (const auto& message : run.transcript().messages())
        text += std::visit(Line(), message) + "\n";
    return text;
}

}  // namespace capstan::testing
