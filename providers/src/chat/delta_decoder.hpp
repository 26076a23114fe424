#pragma once

#include "chat/tool_call_tracker.hpp"

#include <capstan/chunk.hpp>
#include <capstan/text_joiner.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace capstan {

/// Turns the `delta` of a streamed choice, or the `message` of a whole one, into chunks (wire
/// reference 4.3). Pure. Every field may be absent, null, empty or of an unexpected kind.
class DeltaDecoder {
public:
    /// With `hide_reasoning` the reasoning is kept (hidden_text, details) but not for display.
    explicit DeltaDecoder(bool hide_reasoning) : hide_reasoning_(hide_reasoning) {}

    void add(const json::object& delta, std::vector<StreamChunk>& out);

    /// Text outside of a delta, e.g. in a legacy completion choice.
    void add_text(std::string_view text, std::vector<StreamChunk>& out);

    /// End of the answer: hands out halves of characters, and an empty `reasoning_details` array if
    /// that is all that came.
    void finish(std::vector<StreamChunk>& out);

    /// True if no text, reasoning, tool call, image, audio, annotation or refusal has come.
    bool empty() const noexcept { return !any_content_ && !tool_calls_.any(); }

    const ToolCallTracker& tool_calls() const noexcept { return tool_calls_; }

private:
    struct Fields;

    void add_content(const json::value& content, std::vector<StreamChunk>& out);
    void add_content_part(const json::value& part, std::vector<StreamChunk>& out);
    void add_tool_calls(const json::value& calls, std::vector<StreamChunk>& out);
    void add_reasoning(const Fields& fields, std::vector<StreamChunk>& out);
    void add_plain_reasoning(std::string_view text, std::vector<StreamChunk>& out);
    void emit_reasoning(std::string_view shown, std::string_view plain, ReasoningChunk chunk,
                        std::vector<StreamChunk>& out);
    void add_extra(std::string_view name, const json::value& value, std::vector<StreamChunk>& out);

    bool hide_reasoning_;
    bool any_content_ = false;
    bool any_details_ = false;
    bool any_empty_details_ = false;
    TextJoiner content_;
    TextJoiner reasoning_;
    TextJoiner hidden_;
    ToolCallTracker tool_calls_;
};

}  // namespace capstan
