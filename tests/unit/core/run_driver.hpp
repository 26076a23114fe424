#pragma once

#include <capstan/agent_run.hpp>

#include <string>
#include <utility>
#include <vector>

// Short forms for tests of AgentRun.
namespace capstan::testing {

using namespace std::chrono_literals;

/// Calls by name and arguments, with ids "c1", "c2", ...
AssistantMessage calls_of(std::vector<std::pair<std::string, std::string>> calls);

run_event::ModelAnswered answer(AssistantMessage message,
                                FinishReason finish = FinishReason::stop);
run_event::ModelAnswered answer(std::string text);
run_event::UserSaid said(std::string text);

CheckedCall checked(std::string id, Permission permission = Permission::allow);
ToolOutcome outcome(std::string text, ToolStatus status = ToolStatus::ok);
run_event::ToolEnded ended(std::string id, std::string text = "done");

/// All calls of the last message, allowed.
run_event::CallsChecked all_checked(const AgentRun& run);

/// A word for each command: "call 1", "check c1 c2", "ask c1", "run c1", "summarise",
/// "notice loop_warning", "finish answered".
std::string words(const std::vector<RunCommand>& commands);
std::string word(const RunCommand& command);

/// The transcript, a line a message: "user: hi", "calls c1 c2", "c1: done", "assistant: text".
std::string lines(const AgentRun& run);

/// A run, and the words of what it commands.
class Driver {
public:
    explicit Driver(AgentRunOptions options = {}, Conversation history = {})
        : run(std::move(options), std::move(history)) {}

    std::string operator()(const RunEvent& event) {
        commands = run.handle(event, time);
        return words(commands);
    }

    AgentRun run;
    std::vector<RunCommand> commands;
    std::chrono::milliseconds time{0};
};

}  // namespace capstan::testing
