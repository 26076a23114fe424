#pragma once

#include <capstan/agent_run.hpp>

#include <deque>
#include <set>
#include <utility>

namespace capstan::detail {

/// Beyond these, figures that others give are taken for these.
constexpr std::int64_t most_tokens = std::int64_t{1} << 50;
constexpr std::size_t most_chars = std::size_t{1} << 48;

/// One call of the last message, until the whole round has ended.
struct OpenCall {
    enum class Phase {
        unchecked,
        asking,     ///< waits for a person
        waiting,    ///< may run, when its turn comes
        commanded,  ///< RunTool was given
        begun,
        ended,      ///< has its outcome
    };

    ToolCall call;
    Phase phase = Phase::unchecked;
    CheckedCall check;
    std::optional<ToolOutcome> outcome;

    const std::string& arguments() const {
        return check.arguments ? *check.arguments : call.arguments;
    }
    /// What "always" is about.
    std::pair<std::string, std::string> approval_key() const { return {call.name, check.key}; }
};

/// Why a run has to end, before it does.
struct Stop {
    Stop() = default;
    Stop(StopReason reason_, std::string sentence_)
        : reason(reason_), sentence(std::move(sentence_)) {}

    StopReason reason = StopReason::answered;
    std::string sentence;
};

/// A compaction that waits for its summary.
struct OpenCompaction {
    std::vector<std::size_t> messages;
    CompactionReport report;
};

/// The data of an AgentRun; everything that to_json() writes.
struct RunState {
    AgentRunOptions options;
    AgentRun::State state = AgentRun::State::idle;
    Conversation transcript;
    RunTotals totals;
    std::optional<run_command::Finish> finished;

    std::vector<OpenCall> calls;
    std::deque<UserMessage> queued;  ///< said during the run
    std::set<std::pair<std::string, std::string>> allowed;  ///< tool and key, for the session
    LoopDetector detector;
    TokenEstimator estimator;
    run_event::ModelKnown model;

    // Since the user's last word before the run began.
    std::int64_t steps_before = 0;
    std::int64_t tool_calls_before = 0;
    std::chrono::milliseconds time_before{0};
    std::int64_t bad_calls = 0;     ///< in a row
    std::int64_t failed_steps = 0;  ///< in a row
    bool overflowed = false;        ///< the one recovery was used
    std::optional<Stop> stop;       ///< found during a round, or the reason of the final answer
    bool final = false;             ///< the call of the model is the last one

    // For the next call of the model.
    std::size_t fixed_chars = 0;
    std::int64_t input_estimate = 0;  ///< of the call that is open
    std::int64_t last_output = 0;
    std::optional<Money> last_cost;
    bool compaction_wanted = false;
    std::optional<OpenCompaction> compaction;
};

}  // namespace capstan::detail
