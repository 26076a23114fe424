#include "scripted_run.hpp"

#include <utility>

namespace capstan::testing {
namespace {

AssistantMessage with_calls(std::size_t number) {
    AssistantMessage message;
    for (const char* name : {"read", "write"}) {
        ToolCall call;
        call.name = name;
        call.id = "call_" + call.name + "_" + std::to_string(number);
        call.arguments = R"({ "n":)" + std::to_string(number) + "}";
        message.tool_calls.push_back(std::move(call));
    }
    return message;
}

}  // namespace

std::size_t count_results(const AgentRun& run) {
    std::size_t count = 0;
    for (const auto& message : run.transcript().messages()) {
        count += std::holds_alternative<ToolMessage>(message);
    }
    return count;
}

void ScriptedRun::begin(const AgentRun& run) {
    if (run.state() == AgentRun::State::idle) {
        if (!run.finished()) {
            events_.emplace_back(run_event::UserSaid(UserMessage(Content("Do it all, please"))));
        }
        return;
    }
    events_.emplace_back(run_event::Resumed());
}

void ScriptedRun::take(const AgentRun& run, const std::vector<RunCommand>& commands) {
    for (const auto& command : commands) {
        std::visit([&](const auto& known) { answer(run, known); }, command);
    }
}

std::optional<RunEvent> ScriptedRun::next() {
    if (events_.empty()) return std::nullopt;
    auto event = std::move(events_.front());
    events_.pop_front();
    return event;
}

void ScriptedRun::answer(const AgentRun& run, const run_command::CallModel& command) {
    run_event::ModelAnswered answered;
    const auto done = count_results(run);
    const bool calls = done < results_ && !command.final;
    answered.message = calls ? with_calls(done) : AssistantMessage(Content("All is done."));
    answered.finish = calls ? FinishReason::tool_calls : FinishReason::stop;
    answered.usage.source = UsageSource::stream;
    answered.usage.input_tokens = 100;
    answered.usage.output_tokens = 10;
    answered.usage.total_cost = Money::from_nano_usd(1'000);
    answered.input_estimate = command.input_estimate;
    events_.emplace_back(std::move(answered));
}

void ScriptedRun::answer(const AgentRun&, const run_command::CheckCalls& command) {
    run_event::CallsChecked checked;
    for (const auto& call : command.calls) {
        CheckedCall result;
        result.call_id = call.id;
        result.key = call.name;
        result.repeatable = call.name == "read";
        result.permission = call.name == "read" ? Permission::allow : Permission::ask;
        checked.calls.push_back(std::move(result));
    }
    events_.emplace_back(std::move(checked));
}

void ScriptedRun::answer(const AgentRun&, const run_command::AskApproval& command) {
    events_.emplace_back(run_event::Approved(ApprovalAnswer::allow(command.request)));
}

void ScriptedRun::answer(const AgentRun&, const run_command::RunTool& command) {
    events_.emplace_back(run_event::ToolBegun(command.call.id));
    run_event::ToolEnded ended;
    ended.call_id = command.call.id;
    ended.outcome.content = Content("result of " + command.call.id);
    events_.emplace_back(std::move(ended));
}

void ScriptedRun::answer(const AgentRun&, const run_command::SummariseHistory&) {
    run_event::Summarised summarised;
    summarised.text = "What was done";
    events_.emplace_back(std::move(summarised));
}

void play_to_end(const AgentRun& run, std::size_t results, const Append& append) {
    ScriptedRun script(results);
    script.begin(run);
    bool resumed = run.state() != AgentRun::State::idle;
    while (auto event = script.next()) {
        const auto commands = append(std::move(*event));
        // Of a run that was loaded, everything that is open is to be done.
        script.take(run, std::exchange(resumed, false) ? run.outstanding() : commands);
    }
}

std::vector<RunEvent> scripted_events(AgentRun run, std::size_t results) {
    std::vector<RunEvent> events;
    play_to_end(run, results, [&](RunEvent event) {
        auto commands = run.handle(event, std::chrono::milliseconds(events.size()));
        events.push_back(std::move(event));
        return commands;
    });
    return events;
}

}  // namespace capstan::testing
