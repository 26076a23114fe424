#include "agent/agent_stream_impl.hpp"

#include "agent/call_check.hpp"
#include "agent/tool_result_limit.hpp"

#include <utility>

namespace capstan {

using namespace run_event;
using detail::RunningTool;

void AgentStream::Impl::check(const std::vector<ToolCall>& calls) {
    const detail::CallChecker checker(
        run(), parts_.options, *parts_.tools,
        [this](const ToolCall& call, Tool& tool, ToolResult result) {
            const auto status = result.is_error ? ToolStatus::failed : ToolStatus::ok;
            return outcome_of(call, tool, status, std::move(result));
        });
    CallsChecked checked;
    for (const auto& call : calls)
        if (!guarded([&] { checked.calls.push_back(checker.check(call)); })) return;
    note(std::move(checked));
}

void AgentStream::Impl::start_tools(const Executor& executor) {
    for (auto& command : std::exchange(starting_, {})) start_tool(executor, command);
}

void AgentStream::Impl::start_tool(const Executor& executor, run_command::RunTool& command) {
    const auto tool = parts_.tools->find(command.call.name);
    if (!tool) {
        const detail::CallChecker checker(run(), parts_.options, *parts_.tools, {});
        return finish_call(command.call, checker.unknown_tool(command.call.name));
    }
    auto arguments =
        detail::parse_arguments(command.changed_arguments.value_or(command.call.arguments));
    if (!arguments.fault.empty())
        return finish_call(command.call,
                           detail::refusal(ToolStatus::bad_arguments, arguments.fault));

    ToolContext context;
    context.session_id = run().options().session_id;
    context.call_id = command.call.id;
    context.tool_name = command.call.name;
    context.arguments = command.call.arguments;
    context.budget = budget_;
    agent_event::ToolStarted event;
    event.call = command.call;
    events_.emplace_back(std::move(event));

    const auto own_timeout = tool->options().timeout;
    auto running = std::make_shared<RunningTool>(inbox_, std::move(command.call), tool);
    running_[running->call().id] = running;
    running->start(executor, std::move(arguments.value), std::move(context),
                   own_timeout.count() > 0 ? own_timeout : parts_.options.tool_timeout);
}

// The result of a call: what the run, the log and the consumer are told.
void AgentStream::Impl::finish_call(const ToolCall& call, ToolOutcome outcome) {
    agent_event::ToolFinished event;
    event.call = call;
    event.outcome = outcome;
    events_.emplace_back(std::move(event));
    ToolEnded ended;
    ended.call_id = call.id;
    ended.outcome = std::move(outcome);
    note(std::move(ended));
}

ToolOutcome AgentStream::Impl::outcome_of(const ToolCall& call, Tool& tool, ToolStatus status,
                                          ToolResult result) {
    const auto own_limit = tool.options().max_result_bytes;
    const auto& options = parts_.options;
    const auto& session = run().options().session_id;
    auto limited = detail::limit_result(std::move(result.content),
                                        own_limit > 0 ? own_limit : options.max_result_bytes,
                                        options.spill_directory,
                                        session.empty() ? call.id : session + "-" + call.id);
    ToolOutcome outcome;
    outcome.status = status;
    outcome.content = std::move(limited.content);
    outcome.spilled_to = std::move(limited.spilled_to);
    outcome.details = std::move(result.details);
    return outcome;
}

void AgentStream::Impl::take(detail::ToolNews& news) {
    const auto found = running_.find(news.tool->call().id);
    if (found == running_.end() || found->second != news.tool) return;
    agent_event::ToolProgress event;
    event.call_id = news.tool->call().id;
    event.name = news.tool->call().name;
    event.text = std::move(news.text);
    event.data = std::move(news.data);
    event.dropped = news.dropped;
    events_.emplace_back(std::move(event));
}

void AgentStream::Impl::take(detail::ToolEnd& end) {
    const auto tool = end.tool;
    const auto found = running_.find(tool->call().id);
    if (found == running_.end() || found->second != tool) return;
    const auto& hook = parts_.options.hooks.after_tool;
    const bool returned = end.status == ToolStatus::ok || end.status == ToolStatus::failed;
    if (hook && returned) {
        if (!guarded([&] { hook(run(), tool->call(), end.result); })) return;
        end.status = end.result.is_error ? ToolStatus::failed : ToolStatus::ok;
    }
    running_.erase(found);
    auto outcome = outcome_of(tool->call(), tool->tool(), end.status, std::move(end.result));
    outcome.duration = tool->duration();
    feed_budget();
    finish_call(tool->call(), std::move(outcome));
}

std::optional<ToolCall> AgentStream::Impl::find_call(const std::string& id) const {
    const auto messages = run().transcript().messages();
    for (auto n = messages.size(); n-- > 0;) {
        const auto* message = std::get_if<AssistantMessage>(&messages[n]);
        if (!message) continue;
        for (const auto& call : message->tool_calls)
            if (call.id == id) return call;
    }
    return std::nullopt;
}

}  // namespace capstan
