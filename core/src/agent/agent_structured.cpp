#include "agent/structured_output.hpp"

#include <utility>

namespace capstan {
namespace {

using detail::AnswerShape;
using detail::AnswerTool;

constexpr const char* nobody_there = "Nobody can be asked for approval in this run.";

/// One structured answer on its way: the run so far, and what is said to the model next.
struct Attempt {
    Attempt(Agent agent_, AnswerShape shape_, std::string question, int repairs_)
        : agent(std::move(agent_)),
          shape(std::move(shape_)),
          message(Content(std::move(question))),
          repairs(repairs_) {}

    Agent agent;
    AnswerShape shape;
    UserMessage message;
    std::optional<AgentRun> state;
    int repairs;
};

// A model of which nothing is known is taken for one that can; the server says if not.
std::optional<bool> has_structured_output(const Agent& agent) {
    const auto& wanted = agent.options().model;
    const auto selected = agent.handler().get_model();
    const auto info = wanted.empty() || wanted == selected.id ? selected.info
                                                              : agent.handler().model_info(wanted);
    if (!info) return std::nullopt;
    return info->supports("structured_outputs") || info->supports("response_format");
}

detail::StreamParts parts_of(const Attempt& attempt) {
    auto state = attempt.state ? *attempt.state : detail::new_run(attempt.agent.options());
    return detail::parts_of(attempt.agent, detail::make_memory_log(std::move(state)),
                            attempt.message);
}

[[noreturn]] void fail(const agent_event::Done& done, const std::string& fault) {
    if (done.error) throw ApiError(*done.error);
    const auto what = done.reason == StopReason::answered
                          ? "The model's answer is not what was asked for. " + fault
                          : "The run ended without the answer that was asked for. " + done.sentence;
    throw StructuredOutputError(what, done.text, done.reason);
}

/// Prepares the next round, or throws when there is none.
void repair(Attempt& attempt, const AgentRun& run, const agent_event::Done& done,
            const std::string& fault, const std::string& advice) {
    if (done.reason != StopReason::answered || attempt.repairs <= 0) fail(done, fault);
    --attempt.repairs;
    attempt.state = run;
    attempt.message = UserMessage(
        Content("Your answer cannot be used. " + fault + "\n" + advice));
}

asio::awaitable<json::value> by_format(std::shared_ptr<Attempt> attempt) {
    while (true) {
        auto parts = parts_of(*attempt);
        parts.response_format = attempt->shape.response_format();
        auto stream = detail::make_stream(std::move(parts));
        auto running = detail::to_end(stream, nobody_there);
        const auto done = co_await std::move(running);
        const auto reading = attempt->shape.read_text(done.text);
        if (reading.value) co_return *reading.value;
        repair(*attempt, stream.run(), done, reading.fault,
               "Answer again, with nothing but JSON that fits the schema.");
    }
}

std::string free_name(const ToolSource& tools) {
    std::string name = "answer";
    while (tools.find(name)) name = "final_" + name;
    return name;
}

/// Makes the tool's call end the run.
void end_with(AgentOptions& options, const AnswerTool& tool, bool only, int repairs) {
    const auto& name = tool.definition().name;
    options.tool_choice = only ? ToolChoice::function(name) : ToolChoice::required();
    options.limits.max_bad_calls(repairs + 1);
    options.hooks.stop_when = [answer = tool.shared_answer(), other = options.hooks.stop_when](
                                  const AgentRun& run) -> std::optional<std::string> {
        if (*answer) return "The answer was given.";
        return other ? other(run) : std::nullopt;
    };
}

asio::awaitable<json::value> by_tool(std::shared_ptr<Attempt> attempt) {
    const auto& tools = attempt->agent.tools();
    const auto tool = std::make_shared<AnswerTool>(free_name(tools), attempt->shape);
    const auto all = std::make_shared<detail::ToolsAnd>(tools, tool);
    end_with(attempt->agent.options(), *tool, tools.tools().empty(), attempt->repairs);
    while (true) {
        auto parts = parts_of(*attempt);
        parts.tools = all.get();
        parts.own_tools = all;
        parts.keep_tool_choice = true;
        auto stream = detail::make_stream(std::move(parts));
        auto running = detail::to_end(stream, nobody_there);
        const auto done = co_await std::move(running);
        if (tool->answer()) co_return *tool->answer();
        const auto reading = attempt->shape.read_text(done.text);
        if (reading.value) co_return *reading.value;
        repair(*attempt, stream.run(), done, reading.fault,
               "Give your answer by calling the tool " + tool->definition().name + ".");
    }
}

// What a server says that has no structured output for the model.
bool lacks_format(const ApiError& error) {
    return error.kind() == ErrorKind::not_found || error.kind() == ErrorKind::invalid_request;
}

asio::awaitable<json::value> by_format_or_tool(std::shared_ptr<Attempt> attempt) {
    auto second = std::make_shared<Attempt>(*attempt);
    try {
        auto running = by_format(attempt);
        co_return co_await std::move(running);
    } catch (const ApiError& error) {
        if (!lacks_format(error) || attempt->state) throw;
    }
    auto running = by_tool(std::move(second));
    co_return co_await std::move(running);
}

}  // namespace

asio::awaitable<json::value> Agent::run_json(
    std::string message, json::object schema,
    std::function<std::string(const json::value&)> fault, int repairs) const {
    AnswerShape shape(std::move(schema), std::move(fault));
    auto attempt = std::make_shared<Attempt>(*this, std::move(shape), std::move(message), repairs);
    const auto known = has_structured_output(*this);
    if (!known) return by_format_or_tool(std::move(attempt));
    return *known ? by_format(std::move(attempt)) : by_tool(std::move(attempt));
}

StructuredOutputError::StructuredOutputError(const std::string& what, std::string last_answer,
                                             StopReason reason)
    : std::runtime_error(what), last_answer_(std::move(last_answer)), reason_(reason) {}

}  // namespace capstan
