#pragma once

#include <capstan/agent.hpp>

#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace capstan::detail {

/// Arguments as the tool gets them, or why they cannot be used, in words for the model.
struct ParsedArguments {
    ParsedArguments() = default;

    json::value value;
    std::string fault;
};
static_assert(!std::is_aggregate_v<ParsedArguments>);

/// The empty text counts as "{}".
ParsedArguments parse_arguments(std::string_view text);

ToolOutcome refusal(ToolStatus status, std::string text);

/// Looks at calls of the model before they are made. What a hook throws passes through; what a tool
/// throws is a fault of the call.
class CallChecker {
public:
    /// `limit` makes an outcome of a result that a hook gave.
    using Limit = std::function<ToolOutcome(const ToolCall&, Tool&, ToolResult)>;

    CallChecker(const AgentRun& run, const AgentOptions& options, const ToolSource& tools,
                Limit limit)
        : run_(run), options_(options), tools_(tools), limit_(std::move(limit)) {}

    CheckedCall check(const ToolCall& call) const;

    /// What the model is told of a tool that is not there.
    ToolOutcome unknown_tool(const std::string& name) const;

private:
    void ask_hook(const ToolCall& call, Tool& tool, json::value& arguments,
                  CheckedCall& checked) const;
    void describe(const ToolCall& call, Tool& tool, const json::value& arguments,
                  CheckedCall& checked) const;

    const AgentRun& run_;
    const AgentOptions& options_;
    const ToolSource& tools_;
    Limit limit_;
};

}  // namespace capstan::detail
