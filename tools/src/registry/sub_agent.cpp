#include <capstan/tools/sub_agent.hpp>

#include <fmt/format.h>

#include <chrono>
#include <string_view>
#include <utility>

namespace capstan {
namespace {

constexpr const char* denial =
    "Nobody can be asked for approval within a sub-agent; it is not allowed here.";

json::object task_schema() {
    return parse_json(R"({
        "type": "object",
        "properties": {
            "task": {
                "type": "string", "minLength": 1,
                "description": "What to do, with everything that has to be known for it: nothing of this conversation is seen there."
            }
        },
        "required": ["task"],
        "additionalProperties": false
    })")
        .as_object();
}

// What a person would like to see of the inner run.
std::string line_of(const AgentEvent& event) {
    if (const auto* text = std::get_if<agent_event::Text>(&event)) return text->text;
    if (const auto* tool = std::get_if<agent_event::ToolStarted>(&event))
        return fmt::format("{} {}", tool->call.name, tool->call.arguments);
    if (const auto* tool = std::get_if<agent_event::ToolFinished>(&event))
        return fmt::format("{}: {}", tool->call.name, to_string(tool->outcome.status));
    if (const auto* notice = std::get_if<agent_event::Notice>(&event)) return notice->text;
    if (const auto* retry = std::get_if<agent_event::Retry>(&event)) return retry->message;
    return {};
}

/// Tells of the inner run, and answers its questions.
void tell(AgentStream& stream, const AgentEvent& event, const ToolContext& context) {
    if (const auto* wanted = std::get_if<agent_event::ApprovalWanted>(&event))
        stream.answer(ApprovalAnswer::deny(wanted->request, denial));
    context.progress(line_of(event), to_json(event));
}

ToolResult result_of(const agent_event::Done& done) {
    ToolResult result(done.text);
    if (done.reason != StopReason::answered) {
        result = ToolResult::error(fmt::format(
            "The sub-agent did not finish its task ({}): {}{}{}", to_string(done.reason),
            done.sentence, done.text.empty() ? "" : "\nIts last words were:\n", done.text));
    } else if (done.text.empty()) {
        result = ToolResult("The sub-agent ended without a word.");
    }
    result.details["reason"] = to_string(done.reason);
    result.details["totals"] = to_json(done.totals);
    return result;
}

// The limit of the inner run is enough; the tool's own only catches what does not heed it.
ToolOptions with_timeout(ToolOptions options, const AgentLimits& limits) {
    if (options.timeout.count() == 0)
        options.timeout =
            limits.max_time().value_or(std::chrono::hours(24)) + std::chrono::minutes(1);
    return options;
}

class SubAgent final : public Tool {
public:
    SubAgent(std::string name, std::string description, Agent agent, ToolOptions options)
        : agent_(std::move(agent)), options_(with_timeout(options, agent_.options().limits)) {
        definition_.name = std::move(name);
        definition_.description = std::move(description);
        definition_.parameters = task_schema();
    }

    const FunctionTool& definition() const override { return definition_; }
    ToolOptions options() const override { return options_; }

    asio::awaitable<ToolResult> run(json::value arguments, ToolContext& context) override {
        auto agent = agent_;
        agent.options().budget = std::make_shared<Budget>(context.budget);
        agent.options().budget->limit(agent.limits().max_cost(), agent.limits().max_tokens());
        auto stream = agent.run(std::string(arguments.at("task").as_string()));
        agent_event::Done done;
        while (auto event = co_await stream.next()) {
            tell(stream, *event, context);
            if (auto* end = std::get_if<agent_event::Done>(&*event)) done = std::move(*end);
        }
        co_return result_of(done);
    }

private:
    FunctionTool definition_;
    Agent agent_;
    ToolOptions options_;
};

}  // namespace

std::shared_ptr<Tool> sub_agent_tool(std::string name, std::string description, Agent agent,
                                     ToolOptions options) {
    return std::make_shared<SubAgent>(std::move(name), std::move(description), std::move(agent),
                                      options);
}

}  // namespace capstan
