#pragma once

#include "agent/active_clock.hpp"
#include "agent/agent_inbox.hpp"
#include "agent/model_call.hpp"
#include "agent/running_tool.hpp"
#include "session/run_log.hpp"

#include <capstan/agent.hpp>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace capstan {

namespace detail {

/// What a run is made of.
struct StreamParts {
    StreamParts() = default;

    ApiHandler* handler = nullptr;
    const ToolSource* tools = nullptr;
    std::shared_ptr<const ToolSource> own_tools;  // keeps `tools` alive where nobody else does
    AgentOptions options;
    json::value response_format;        // of every call
    bool keep_tool_choice = false;      // false: a forced choice is for the first call only
    std::unique_ptr<RunLog> log;
    std::optional<UserMessage> message;
};
static_assert(!std::is_aggregate_v<StreamParts>);

/// As the agent's settings say.
StreamParts parts_of(const Agent& agent, std::unique_ptr<RunLog> log,
                     std::optional<UserMessage> message);

AgentStream make_stream(StreamParts parts);

AgentRun new_run(const AgentOptions& options, Conversation history = {});

/// Runs to the end; approvals are denied, saying `denial`. The stream must outlive the coroutine.
asio::awaitable<agent_event::Done> to_end(AgentStream& stream, std::string denial);
asio::awaitable<agent_event::Done> to_end(AgentStream stream);

}  // namespace detail

/// Carries out the commands of an AgentRun. next() hands out events and acts as long as there are
/// none; the model is read and the tools run beside it, and tell what happens through the inbox.
class AgentStream::Impl {
public:
    explicit Impl(detail::StreamParts parts);
    Impl(const Impl&) = delete;
    ~Impl() { abandon(); }

    static asio::awaitable<std::optional<AgentEvent>> next(std::shared_ptr<Impl> self);

    bool answer(ApprovalAnswer answer);
    void say(UserMessage message);
    void compact();
    /// Ends the run; its results are written, and the events go on to Done.
    void stop(StopReason reason, std::string why);
    /// Ends what is under way, and says nothing more.
    void abandon() noexcept;

    const AgentRun& run() const noexcept { return parts_.log->run(); }

private:
    using Executor = asio::any_io_executor;

    // agent_stream_impl.cpp: what happens when
    void limit_budget();
    void begin();
    void note(RunEvent event);
    void keep_notices();
    void feed_budget();
    bool settle(const Executor& executor);
    bool wants_flush() const;
    static asio::awaitable<void> progress(std::shared_ptr<Impl> self);
    std::optional<AgentEvent> pop_event();
    void mind_the_clock();
    void count_idle_time();
    void end_work() noexcept;

    // agent_stream_commands.cpp: what the run commands
    void execute(const Executor& executor);
    void act(const Executor& executor, run_command::CallModel& command);
    void act(const Executor& executor, run_command::CheckCalls& command);
    void act(const Executor& executor, run_command::AskApproval& command);
    void act(const Executor& executor, run_command::RunTool& command);
    void act(const Executor& executor, run_command::SummariseHistory& command);
    void act(const Executor& executor, run_command::Notice& command);
    void act(const Executor& executor, run_command::Finish& command);
    bool goes_on_by_hook(run_command::Finish& finish);

    // agent_stream_model.cpp: calls of the model
    MessageRequest build_request(const run_command::CallModel& command);
    void add_tools(MessageRequest& request, bool final);
    void know_model(const std::string& model);
    void call_model(const Executor& executor, const run_command::CallModel& command);
    void take(detail::ModelPiece& piece);
    void take(detail::ModelEnd& end);
    void answered(detail::ModelCall& call);
    void failed(detail::ModelCall& call, ErrorInfo error);
    void summarised(detail::ModelCall& call, bool failed);
    void spend(const Usage& usage);

    // agent_stream_tools.cpp: calls of tools
    void check(const std::vector<ToolCall>& calls);
    void start_tools(const Executor& executor);
    void start_tool(const Executor& executor, run_command::RunTool& command);
    void finish_call(const ToolCall& call, ToolOutcome outcome);
    ToolOutcome outcome_of(const ToolCall& call, Tool& tool, ToolStatus status, ToolResult result);
    void take(agent_event::Retry& retry) { events_.emplace_back(std::move(retry)); }
    void take(detail::ToolNews& news);
    void take(detail::ToolEnd& end);
    std::optional<ToolCall> find_call(const std::string& id) const;

    /// Calls a hook; what it throws ends the run, and the answer is false then.
    template <class F>
    bool guarded(F&& hook);

    detail::StreamParts parts_;
    std::shared_ptr<Budget> budget_;
    std::shared_ptr<detail::AgentInbox> inbox_ = std::make_shared<detail::AgentInbox>();
    detail::ActiveClock clock_;

    std::deque<AgentEvent> events_;
    std::deque<RunCommand> commands_;
    std::shared_ptr<detail::ModelCall> call_;
    std::vector<run_command::RunTool> starting_;  // begun in the log, not yet in fact
    std::map<std::string, std::shared_ptr<detail::RunningTool>> running_;

    std::string model_;         // that the run knows of
    std::string model_wanted_;  // empty: the handler's
    bool model_known_ = false;
    bool called_ = false;  // the model, in this stream
    int resumed_by_hook_ = 0;
    Money own_cost_;
    std::int64_t own_tokens_ = 0;
    RunTotals totals_at_start_;
    Budget::Spent spent_at_start_;
    bool over_ = false;
    bool abandoned_ = false;
};

template <class F>
bool AgentStream::Impl::guarded(F&& hook) {
    try {
        hook();
        return true;
    } catch (const std::exception& error) {
        stop(StopReason::hook, error.what());
    } catch (...) {
        stop(StopReason::hook, "A hook threw something that is no exception.");
    }
    return false;
}

}  // namespace capstan
