#pragma once

#include <capstan/agent_run.hpp>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace capstan::testing {

/// Plays model, tools and user for an AgentRun, without any of them: makes the events that answer
/// its commands. What the model says depends on the number of results only, so that a run that was
/// cut and loaded again goes on alike.
///
/// Each step calls "read" (repeatable) and "write" (asked for approval), until there are
/// `results` results; then the model answers.
class ScriptedRun {
public:
    explicit ScriptedRun(std::size_t results) : results_(results) {}

    /// For a run in any state: what is to be done first.
    void begin(const AgentRun& run);
    /// Adds what answers the commands.
    void take(const AgentRun& run, const std::vector<RunCommand>& commands);
    /// The next event; nothing when the run is over.
    std::optional<RunEvent> next();

private:
    void answer(const AgentRun&, const run_command::CallModel& command);
    void answer(const AgentRun&, const run_command::CheckCalls& command);
    void answer(const AgentRun&, const run_command::AskApproval& command);
    void answer(const AgentRun&, const run_command::RunTool& command);
    void answer(const AgentRun&, const run_command::SummariseHistory&);
    void answer(const AgentRun&, const run_command::Notice&) {}
    void answer(const AgentRun&, const run_command::Finish&) {}

    std::size_t results_;
    std::deque<RunEvent> events_;
};

/// Lets `append` do the event and give its commands, again and again, until the run is over. It may
/// be in any state, as if it had just been loaded.
using Append = std::function<std::vector<RunCommand>(RunEvent event)>;
void play_to_end(const AgentRun& run, std::size_t results, const Append& append);

/// All events of a run from its first message to its end.
std::vector<RunEvent> scripted_events(AgentRun run, std::size_t results);

/// How many tool results the transcript has.
std::size_t count_results(const AgentRun& run);

}  // namespace capstan::testing
