#pragma once

#include "agent/agent_run_state.hpp"

namespace capstan::detail {

/// Lets one event happen to a state, and collects what it commands.
class RunMachine {
public:
    explicit RunMachine(RunState& state) : state_(state) {}

    std::vector<RunCommand> handle(const RunEvent& event, std::chrono::milliseconds active_time);

private:
    using Phase = OpenCall::Phase;

    // Whether an event fits the state; the others change nothing (agent_run_fit.cpp).
    bool fits(const run_event::UserSaid&) const { return true; }
    bool fits(const run_event::ModelAnswered&) const;
    bool fits(const run_event::ModelFailed&) const;
    bool fits(const run_event::CallsChecked& event) const;
    bool fits(const run_event::ToolBegun& event) const;
    bool fits(const run_event::ToolEnded& event) const;
    bool fits(const run_event::Resumed&) const;
    bool fits(const run_event::Approved& event) const;
    bool fits(const run_event::Summarised&) const;
    bool fits(const run_event::CompactionWanted&) const { return true; }
    bool fits(const run_event::SubAgentsSpent&) const { return true; }
    bool fits(const run_event::ModelKnown&) const { return true; }
    bool fits(const run_event::StopWanted&) const;

    // What the user and the model say (agent_run_machine.cpp, agent_run_model.cpp).
    void on(const run_event::UserSaid& event);
    void on(const run_event::ModelAnswered& event);
    void on(const run_event::ModelFailed& event);
    void on(const run_event::CompactionWanted&) { state_.compaction_wanted = true; }
    void on(const run_event::SubAgentsSpent& event);
    void on(const run_event::ModelKnown& event) { state_.model = event; }
    void on(const run_event::StopWanted& event);

    void advance();
    void call_model();
    void take_steering();
    void finish(StopReason reason, std::string sentence, std::optional<ErrorInfo> error = {});
    void end_by(Stop stop);
    void notice(run_command::Notice::Kind kind, std::string text, std::string call_id = {});

    void count(const Usage& usage);
    void keep(AssistantMessage message);
    void answered_without_calls(const run_event::ModelAnswered& event);
    void answered_with_calls(FinishReason finish);
    void refuse_all(ToolStatus status, const std::string& text);
    void keep_partial(const AssistantMessage& partial);
    bool recover_from_overflow();

    // Calls of tools (agent_run_calls.cpp, agent_run_round.cpp).
    void on(const run_event::CallsChecked& event);
    void on(const run_event::Approved& event);
    void on(const run_event::ToolBegun& event);
    void on(const run_event::ToolEnded& event);
    void on(const run_event::Resumed&);

    void decide(OpenCall& open);
    void ask(OpenCall& open);
    void allow_pending();
    void schedule();
    void command(OpenCall& open);
    void settle();
    void close(OpenCall& open, ToolOutcome outcome);
    void refuse(OpenCall& open, ToolStatus status, std::string text);
    void detect_loop(OpenCall& open);
    void loop_found(LoopVerdict verdict, const OpenCall& open);
    void interrupt_open_calls(const std::string& why);
    void take_results();
    void end_round();
    void count_failures();

    // agent_run_compaction.cpp
    void on(const run_event::Summarised& event);
    bool compact();
    void compacted(const CompactionReport& report);

    RunState& state_;
    std::vector<RunCommand> out_;
};

/// Which limit is reached, if any. `projected`: the cost of the next call counts, too.
std::optional<Stop> reached_limit(const RunState& state, bool projected);

/// Tokens that the next call would send, and the window.
ContextEstimate estimate_context(const RunState& state);

/// The request for a call that waits for a person.
ApprovalRequest approval_request(const RunState& state, const OpenCall& open);

/// The command that runs a call.
run_command::RunTool run_tool_command(const OpenCall& open);

/// What was commanded and not answered.
std::vector<RunCommand> outstanding_commands(const RunState& state);

/// The command that asks for the summary of the open compaction.
run_command::SummariseHistory summary_command(const RunState& state);

/// Sums that stay at the greatest value instead of overflowing; what is negative counts nothing.
void add_count(std::int64_t& sum, std::int64_t more) noexcept;

}  // namespace capstan::detail
