#pragma once

#include <capstan/agent_limits.hpp>
#include <capstan/approval.hpp>
#include <capstan/chunk.hpp>
#include <capstan/context.hpp>
#include <capstan/conversation.hpp>
#include <capstan/error.hpp>
#include <capstan/loop_detector.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace capstan {

/// What a run is made with; part of its state.
struct AgentRunOptions {
    AgentRunOptions() = default;

    std::string session_id;
    AgentLimits limits;
    LoopLimits loop;
    ContextOptions context;
    std::size_t max_parallel_tools = 8;
};
static_assert(!std::is_aggregate_v<AgentRunOptions>);

/// What has been spent so far.
struct RunTotals {
    RunTotals() = default;

    std::int64_t steps = 0;       ///< calls of the model
    std::int64_t tool_calls = 0;  ///< calls that were executed
    std::int64_t input_tokens = 0;   ///< cache reads and writes included
    std::int64_t output_tokens = 0;
    std::int64_t cache_read_tokens = 0;
    std::int64_t cache_write_tokens = 0;
    std::int64_t reasoning_tokens = 0;
    Money cost;
    bool cost_complete = true;    ///< false: some call did not tell its cost
    Money sub_agents_cost;        ///< not part of `cost`
    std::int64_t sub_agents_tokens = 0;
    std::chrono::milliseconds active_time{0};
};
static_assert(!std::is_aggregate_v<RunTotals>);

/// How a call of a tool ended.
enum class ToolStatus {
    ok,
    failed,        ///< the tool said so, or threw
    timed_out,
    cancelled,     ///< by the user
    interrupted,   ///< the program ended while it ran; what it did is unknown
    denied,        ///< by the policy, a person or a hook
    unknown_tool,
    bad_arguments, ///< no JSON, against the schema, or cut off by the output limit
    repeated,      ///< blocked by the loop detector
};
std::string_view to_string(ToolStatus status) noexcept;

/// The one result of a call.
struct ToolOutcome {
    ToolOutcome() = default;

    ToolStatus status = ToolStatus::ok;
    Content content;       ///< what the model is told
    json::object details;  ///< ToolResult::details
    std::string spilled_to;  ///< the file with the whole result, when it was cut
    std::chrono::milliseconds duration{0};
};
static_assert(!std::is_aggregate_v<ToolOutcome>);

/// What the executor found out about one call, without running it.
struct CheckedCall {
    CheckedCall() = default;

    std::string call_id;
    Permission permission = Permission::allow;
    std::string reason;   ///< of the permission
    std::string key;      ///< Tool::approval_key
    std::string preview;
    bool exclusive = false;
    bool repeatable = false;
    std::optional<ToolOutcome> refused;  ///< it cannot be run at all, and this is its result
    /// Changed by a hook; shown in events and to the person who is asked, never in the transcript.
    std::optional<std::string> arguments;
};
static_assert(!std::is_aggregate_v<CheckedCall>);

/// What happened; the inputs of an AgentRun, and the entries of a session's log.
namespace run_event {

/// A message of the user: the first one, the next one after the end of a run, or steering during it
/// (taken in before the next call of the model).
struct UserSaid {
    UserSaid() = default;
    explicit UserSaid(UserMessage message_) : message(std::move(message_)) {}

    UserMessage message;
};

struct ModelAnswered {
    ModelAnswered() = default;

    AssistantMessage message;
    Usage usage;
    FinishReason finish = FinishReason::stop;
    std::string finish_word;      ///< the wire's
    std::size_t fixed_chars = 0;  ///< system prompt and tool definitions of that request, as JSON
    std::int64_t input_estimate = 0;  ///< ContextEstimate's, for its calibration
};

/// The call of the model ended with an error; `partial` is what had arrived. Of kind cancelled: the
/// run ends with reason cancelled.
struct ModelFailed {
    ModelFailed() = default;

    ErrorInfo error;
    std::optional<AssistantMessage> partial;
    Usage usage;
};

struct CallsChecked {
    CallsChecked() = default;

    std::vector<CheckedCall> calls;  ///< one for each call of the message, in its order
};

/// Written before the tool runs, so that a crash is known to have interrupted it.
struct ToolBegun {
    ToolBegun() = default;
    explicit ToolBegun(std::string call_id_) : call_id(std::move(call_id_)) {}

    std::string call_id;
};

struct ToolEnded {
    ToolEnded() = default;

    std::string call_id;
    ToolOutcome outcome;
};

/// The run was loaded after its program had ended; calls that had begun are interrupted, those that
/// are repeatable are made again.
struct Resumed {
    Resumed() = default;
};

struct Approved {
    Approved() = default;
    explicit Approved(ApprovalAnswer answer_) : answer(std::move(answer_)) {}

    ApprovalAnswer answer;
};

/// The summary that SummariseHistory asked for; an empty text: there is none, drop instead.
struct Summarised {
    Summarised() = default;

    std::string text;
    Usage usage;
};

/// Compact before the next call of the model, whether needed or not.
struct CompactionWanted {
    CompactionWanted() = default;
};

/// What sub-agents have spent, in all.
struct SubAgentsSpent {
    SubAgentsSpent() = default;

    Money cost;
    std::int64_t tokens = 0;
};

/// What is known of the model from now on; nothing: unknown.
struct ModelKnown {
    ModelKnown() = default;

    std::optional<std::int64_t> context_length;
    std::optional<std::int64_t> max_output;  ///< tokens kept free for the answer
    std::optional<Money> input_price;        ///< a token
    std::optional<Money> output_price;
};

/// End now: every open call gets a result that says so. With `reason` cancelled, stop_condition or
/// hook (or a limit that the run does not know), and its sentence.
struct StopWanted {
    StopWanted() = default;
    StopWanted(StopReason reason_, std::string why_) : reason(reason_), why(std::move(why_)) {}

    StopReason reason = StopReason::cancelled;
    std::string why;
    std::optional<AssistantMessage> partial;  ///< of the model's answer, if a call of it was open
    Usage usage;
};

}  // namespace run_event

using RunEvent =
    std::variant<run_event::UserSaid, run_event::ModelAnswered, run_event::ModelFailed,
                 run_event::CallsChecked, run_event::ToolBegun, run_event::ToolEnded,
                 run_event::Resumed, run_event::Approved, run_event::Summarised,
                 run_event::CompactionWanted, run_event::SubAgentsSpent, run_event::ModelKnown,
                 run_event::StopWanted>;

/// What is to be done next; the outputs of an AgentRun.
namespace run_command {

/// Answer with ModelAnswered or ModelFailed.
struct CallModel {
    CallModel() = default;

    std::int64_t step = 0;  ///< from 1
    bool final = false;     ///< a last answer: tool choice none, tools kept
    std::int64_t input_estimate = 0;  ///< tokens; to be handed back in ModelAnswered
};

/// Look the calls of the last message up, parse and check them; answer with CallsChecked.
struct CheckCalls {
    CheckCalls() = default;

    std::vector<ToolCall> calls;
};

/// Answer with Approved, whenever; other commands may come meanwhile.
struct AskApproval {
    AskApproval() = default;

    ApprovalRequest request;
};

/// Say ToolBegun, run it, say ToolEnded. Calls that were commanded and did not end run at once.
struct RunTool {
    RunTool() = default;

    ToolCall call;
    std::optional<std::string> changed_arguments;  ///< CheckedCall::arguments
};

/// Ask a model for a summary of `messages`, at most so many tokens long; answer with Summarised.
struct SummariseHistory {
    SummariseHistory() = default;

    std::vector<Message> messages;  ///< instruction included
    std::int64_t max_tokens = 0;
};

/// Something worth telling, for which nothing is to be done.
struct Notice {
    enum class Kind {
        steering,       ///< a user's message was taken in
        loop_warning,   ///< the same call, the same result
        compacted,      ///< the context became smaller
        overflow,       ///< the server refused the conversation's size; compacting once
        tool_result,    ///< a call has its result without having run
        final_answer,   ///< a limit was hit; the model is asked for a last answer
    };
    Notice() = default;

    Kind kind = Kind::compacted;
    std::string text;
    std::string call_id;                 ///< tool_result, loop_warning
    std::optional<ToolOutcome> outcome;  ///< tool_result
    std::optional<CompactionReport> compaction;
};

/// The run is over, until the user says something more.
struct Finish {
    Finish() = default;

    StopReason reason = StopReason::answered;
    std::string sentence;            ///< why, for a person
    std::optional<ErrorInfo> error;  ///< reason error, context_overflow
};

}  // namespace run_command

using RunCommand =
    std::variant<run_command::CallModel, run_command::CheckCalls, run_command::AskApproval,
                 run_command::RunTool, run_command::SummariseHistory, run_command::Notice,
                 run_command::Finish>;

/// The agent loop as a pure state machine: events in, commands out, no I/O, no clock, no chance.
///
/// - Its transcript is valid after every event: each tool call of a message has exactly one result,
///   in call order, except for the calls of the last message while they are open (transcript()
///   then ends with that message).
/// - Tools run in parallel up to a bound; an exclusive one waits for those before it and holds up
///   those behind it.
/// - Limits are checked before each CallModel, the loop detector after each result.
/// - The same events give the same state and commands. An event that does not fit the state (a
///   second result of a call, an answer nobody asked for, an approval with another fingerprint)
///   changes nothing and gives no command.
///
/// A value: copies are independent and cost what is open, not what is in the transcript.
class AgentRun {
public:
    enum class State {
        idle,        ///< nothing said yet, or finished; UserSaid goes on
        model,       ///< waits for the model
        checking,    ///< waits for CallsChecked
        tools,       ///< tools run, or wait for approval
        compacting,  ///< waits for Summarised
    };

    /// In a history that others made, calls without a result get one that says so, and results
    /// without a call are left out.
    explicit AgentRun(AgentRunOptions options = {}, Conversation history = {});
    AgentRun(const AgentRun&);
    AgentRun(AgentRun&&) noexcept;
    AgentRun& operator=(const AgentRun&);
    AgentRun& operator=(AgentRun&&) noexcept;
    ~AgentRun();

    /// `active_time` is the time in which the run was active so far (not waiting for a person, not
    /// waiting to be resumed); it never goes back.
    std::vector<RunCommand> handle(const RunEvent& event, std::chrono::milliseconds active_time);

    /// Everything that was commanded and not answered yet, in order: what an executor that loads
    /// the run has to do again. Tools that had begun are not among them; say Resumed first.
    std::vector<RunCommand> outstanding() const;

    State state() const noexcept;
    const Conversation& transcript() const noexcept;
    const RunTotals& totals() const noexcept;
    const AgentRunOptions& options() const noexcept;
    AgentLimits& limits() noexcept;
    /// Of the last Finish; nothing while the run goes on.
    const std::optional<run_command::Finish>& finished() const noexcept;
    std::vector<ApprovalRequest> pending_approvals() const;
    /// Tokens that the next call would send, and the window, as far as known.
    ContextEstimate context() const;

    /// The whole state, transcript included. from_json() throws std::invalid_argument for what no
    /// to_json() wrote, naming the place; a newer version's state is refused, saying so.
    json::object to_json() const;
    static AgentRun from_json(const json::value& value);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// For logs: {"type": "model_answered", ...}. Reading throws std::invalid_argument, naming the
/// place.
json::object to_json(const RunEvent& event);
RunEvent run_event_from_json(const json::value& value);
json::object to_json(const ToolOutcome& outcome);
ToolOutcome tool_outcome_from_json(const json::value& value);
json::object to_json(const RunTotals& totals);

}  // namespace capstan
