#pragma once

#include <capstan/chunk.hpp>
#include <capstan/message.hpp>
#include <capstan/reasoning_details.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace capstan {

/// Collects the chunks of one answer into one AssistantMessage. Pure; may be asked at any time,
/// also after an error, for what has arrived so far.
class MessageAssembler {
public:
    explicit MessageAssembler(std::string requested_model = {});

    void add(const StreamChunk& chunk);

    /// The message so far: text, merged reasoning details, tool calls in order of first sight.
    /// Calls without a name are left out; a call without an id, or with the id of an earlier one,
    /// gets an id ("call_...") that depends on the answer only. Images are de-duplicated by URL,
    /// annotations collected, refusal and audio joined; logprobs and what describes the answer
    /// rather than belonging to it (citations, debug, openrouter_metadata) are not part of it.
    AssistantMessage message() const;

    const std::string& text() const noexcept { return text_; }
    const std::optional<Usage>& usage() const noexcept { return usage_; }
    const std::optional<FinishChunk>& finish() const noexcept { return finish_; }

    /// True if no text, reasoning, tool call or extra field has arrived.
    bool empty() const noexcept;

private:
    void add_reasoning(const ReasoningChunk& chunk);
    void add_tool_call(const ToolCallChunk& chunk);
    void add_extra(const ExtraChunk& chunk);
    std::vector<ToolCall> finished_calls() const;

    std::string requested_model_;
    std::string text_;
    std::string reasoning_text_;
    ReasoningDetailsMerger details_;
    std::vector<ToolCall> tool_calls_;
    std::vector<std::size_t> call_indexes_;  // the chunk index of each of tool_calls_
    json::object extra_;
    std::optional<Usage> usage_;
    std::optional<FinishChunk> finish_;
};

}  // namespace capstan
