#pragma once

#include <capstan/agent_event.hpp>
#include <capstan/agent_hooks.hpp>
#include <capstan/agent_limits.hpp>
#include <capstan/agent_run.hpp>
#include <capstan/api_handler.hpp>
#include <capstan/approval.hpp>
#include <capstan/json_schema.hpp>
#include <capstan/tool.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace capstan {

class Session;

/// Settings of an Agent.
struct AgentOptions {
    AgentOptions() = default;

    std::string system_prompt;
    std::string model;  ///< empty: the handler's
    ToolChoice tool_choice;  ///< one that forces a call counts for the first step of a run only
    Sampling sampling;
    std::optional<ReasoningOptions> reasoning;
    std::optional<std::int64_t> max_output_tokens;
    json::object extra;  ///< of every request
    std::string user_id;

    AgentLimits limits;
    LoopLimits loop;
    ContextOptions context;
    ApprovalPolicy approval;
    AgentHooks hooks;

    std::size_t max_parallel_tools = 8;
    std::chrono::milliseconds tool_timeout{120'000};  ///< where the tool says nothing else
    std::size_t max_result_bytes = 32 * 1024;  ///< longer ones lose their middle
    std::filesystem::path spill_directory;     ///< for whole results; empty: they are not kept
    /// Shared with others, whose spending counts from the start of the run; empty: the run's own.
    std::shared_ptr<Budget> budget;
    ApiHandler* summariser = nullptr;          ///< writes summaries; null: the agent's handler
    std::string summary_model;                 ///< empty: the same as `model`
};
static_assert(!std::is_aggregate_v<AgentOptions>);

/// A run under way.
///
/// One next() at a time. Everything happens in the coroutine that awaits it and on its executor,
/// but for the model, which is read, and the tools, which run, beside it on the same executor: use
/// a strand where that has several threads. The other functions may be called between two events
/// and, on that executor, while next() waits.
class AgentStream {
public:
    AgentStream(AgentStream&&) noexcept;
    AgentStream& operator=(AgentStream&&) noexcept;
    /// Ends what is under way: the connection is closed and the tools are cancelled.
    ~AgentStream();

    /// The next event; nothing after Done. It does not throw for what the model, a tool or the
    /// network did: that is a Done with its reason. Cancelled from outside, it stops the model and
    /// the tools, writes "interrupted" results and gives Done with reason cancelled once awaited
    /// again (a cancelled next() itself throws system_error(operation_aborted)). A session whose
    /// log cannot be written makes it throw StateError: nothing was acted upon then, and the next
    /// call tries to write again.
    asio::awaitable<std::optional<AgentEvent>> next();

    /// Answers an ApprovalWanted. False if nobody asked that, or the call has changed since.
    bool answer(ApprovalAnswer answer);
    /// A message of the user, taken in before the next call of the model.
    void steer(std::string text);
    void steer(UserMessage message);
    /// Compacts the context before the next call of the model.
    void compact();
    /// Stops the model and the tools; the events go on to Done with reason cancelled. Idempotent.
    void cancel();

    /// The state as it is now.
    const AgentRun& run() const noexcept;

    class Impl;
    explicit AgentStream(std::shared_ptr<Impl> impl);

private:
    std::shared_ptr<Impl> impl_;
};

/// The loop: calls the model, runs the tools it calls, and feeds their results back until it
/// answers or a limit is hit.
///
/// An Agent holds settings and no conversation; any number of runs may be under way at once. The
/// handler and the tools must outlive them.
class Agent {
public:
    Agent(ApiHandler& handler, const ToolSource& tools, AgentOptions options = {});
    /// Without tools.
    explicit Agent(ApiHandler& handler, AgentOptions options = {});

    AgentLimits& limits() noexcept { return options_.limits; }
    AgentOptions& options() noexcept { return options_; }
    const AgentOptions& options() const noexcept { return options_; }
    ApiHandler& handler() const noexcept { return *handler_; }
    const ToolSource& tools() const noexcept { return *tools_; }

    /// A run of its own, beginning with a question.
    AgentStream run(std::string message) const;
    AgentStream run(UserMessage message, Conversation history = {}) const;

    /// A run whose events are kept by a session, which must outlive the stream. With a message the
    /// conversation of the session goes on, without one what was under way goes on: pending
    /// approvals are asked again, tools that were interrupted are made again if repeatable, and
    /// else reported to the model.
    AgentStream run(Session& session, std::optional<UserMessage> message = {}) const;

    /// Goes on with the state of another run.
    AgentStream resume(AgentRun state, std::optional<UserMessage> message = {}) const;

    /// Runs to the end and gives the outcome. An approval that would be asked for is denied. The
    /// Agent itself is not needed any more once this was called; so it is with all that follow.
    asio::awaitable<agent_event::Done> run_to_end(std::string message) const;

    /// Runs to the end and gives the answer as a T (see json_schema.hpp for what T may be): by the
    /// model's own structured output, or, where the model is known not to have it, by a tool that
    /// it has to call. An answer that does not fit is sent back with what is wrong, at most
    /// `repairs` times. Throws StructuredOutputError, or ApiError when the model could not be
    /// called.
    template <class T>
    asio::awaitable<T> run_as(std::string message, int repairs = 2) const {
        auto schema = schema_of<T>();
        auto fault = [](const json::value& value) { return conversion_fault<T>(value); };
        auto running = run_json(std::move(message), std::move(schema), std::move(fault), repairs);
        const json::value value = co_await std::move(running);
        co_return from_json<T>(value);
    }

    /// The same with a schema as JSON and a check of one's own: an empty text, or what is wrong.
    asio::awaitable<json::value> run_json(std::string message, json::object schema,
                                          std::function<std::string(const json::value&)> fault,
                                          int repairs = 2) const;

private:
    ApiHandler* handler_;
    const ToolSource* tools_;
    AgentOptions options_;
};

/// A structured answer that did not come about.
class StructuredOutputError : public std::runtime_error {
public:
    StructuredOutputError(const std::string& what, std::string last_answer, StopReason reason);

    const std::string& last_answer() const noexcept { return last_answer_; }
    StopReason reason() const noexcept { return reason_; }

private:
    std::string last_answer_;
    StopReason reason_;
};

}  // namespace capstan
