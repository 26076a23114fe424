#pragma once

#include <capstan/agent_run.hpp>
#include <capstan/message_request.hpp>
#include <capstan/reply.hpp>
#include <capstan/tool.hpp>

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>

namespace capstan {

/// What a hook before a tool decides. The default lets the call go on.
struct ToolGate {
    ToolGate() = default;

    static ToolGate block(std::string reason);
    static ToolGate change(json::value arguments);
    /// The call does not run; this is its result.
    static ToolGate answer(ToolResult result);

    std::optional<std::string> blocked;   ///< told to the model
    std::optional<json::value> arguments; ///< instead of the model's
    std::optional<ToolResult> result;
};
static_assert(!std::is_aggregate_v<ToolGate>);

/// Functions that an agent calls on its executor; all may be empty. What one throws ends the run
/// with reason hook and the text of the exception.
struct AgentHooks {
    AgentHooks() = default;

    /// Before each call of the model, with the request that is about to be sent: model, tools, tool
    /// choice, system prompt and everything else may be changed for this step. The messages are
    /// the transcript's; what is changed there is sent but not kept.
    std::function<void(const AgentRun& run, MessageRequest& request)> before_model;

    /// After each complete answer, before its tool calls are looked at; may change it.
    std::function<void(const AgentRun& run, Reply& reply)> after_model;

    /// Before each tool call that is known and fits its schema, before approval is asked for.
    std::function<ToolGate(const AgentRun& run, const ToolCall& call, const json::value& arguments)>
        before_tool;

    /// After each tool that ran; may change what the model is told.
    std::function<void(const AgentRun& run, const ToolCall& call, ToolResult& result)> after_tool;

    /// When the run is about to end with the model's answer: a message makes it go on, at most
    /// three times a run.
    std::function<std::optional<UserMessage>(const AgentRun& run)> on_stop;

    /// A condition of the user's own, asked after each step; a sentence stops the run.
    std::function<std::optional<std::string>(const AgentRun& run)> stop_when;
};
static_assert(!std::is_aggregate_v<AgentHooks>);

}  // namespace capstan
