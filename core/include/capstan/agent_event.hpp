#pragma once

#include <capstan/agent_run.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>

namespace capstan {

/// What a program that watches a run is told, in order of happening.
namespace agent_event {

/// A call of the model begins.
struct StepStarted {
    StepStarted() = default;

    std::int64_t step = 0;
    std::string model;
    bool final = false;  ///< the last answer after a limit
};

struct Text {
    Text() = default;

    std::string text;
};

/// Reasoning that may be shown.
struct ReasoningText {
    ReasoningText() = default;

    std::string text;
};

/// A fragment of a tool call, as the model writes it.
struct ToolCallFragment {
    ToolCallFragment() = default;

    std::size_t index = 0;
    std::string id;
    std::string name;
    std::string arguments;
};

/// The call of the model is about to be tried again.
struct Retry {
    Retry() = default;

    int attempt = 0;
    int max_retries = 0;
    std::chrono::milliseconds delay{0};
    std::string message;
};

/// The model's message is complete.
struct Answer {
    Answer() = default;

    AssistantMessage message;
    FinishChunk finish;
};

/// After each call of the model.
struct StepUsage {
    StepUsage() = default;

    Usage usage;
    RunTotals totals;
    ContextEstimate context;
};

/// Answer by AgentStream::answer().
struct ApprovalWanted {
    ApprovalWanted() = default;

    ApprovalRequest request;
};

struct ToolStarted {
    ToolStarted() = default;

    ToolCall call;
};

/// A consumer that does not come for its events finds the newest 64 of each call.
struct ToolProgress {
    ToolProgress() = default;

    std::string call_id;
    std::string name;
    std::string text;
    json::value data;
    std::size_t dropped = 0;  ///< how many of this call came before this one and were left out
};

/// Also for calls that were refused and never started.
struct ToolFinished {
    ToolFinished() = default;

    ToolCall call;
    ToolOutcome outcome;
};

/// Something worth telling: steering taken in, a loop, a compaction.
struct Notice {
    Notice() = default;

    run_command::Notice::Kind kind = run_command::Notice::Kind::compacted;
    std::string text;
    std::optional<CompactionReport> compaction;
};

/// The last event of a run.
struct Done {
    Done() = default;

    StopReason reason = StopReason::answered;
    std::string sentence;
    std::string text;  ///< of the last answer
    RunTotals totals;
    std::optional<ErrorInfo> error;
};

}  // namespace agent_event

using AgentEvent =
    std::variant<agent_event::StepStarted, agent_event::Text, agent_event::ReasoningText,
                 agent_event::ToolCallFragment, agent_event::Retry, agent_event::Answer,
                 agent_event::StepUsage, agent_event::ApprovalWanted, agent_event::ToolStarted,
                 agent_event::ToolProgress, agent_event::ToolFinished, agent_event::Notice,
                 agent_event::Done>;

/// For logs and other programs: {"type": "text", "text": ...}. `type` is the name of the event in
/// snake_case; members that say nothing are left out.
json::object to_json(const AgentEvent& event);

}  // namespace capstan
