#pragma once

#include "responses/reasoning_entries.hpp"

#include <capstan/message_writer.hpp>

#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace capstan::responses {

/// What the items of a request's assistant turns have in common.
struct AssistantFormat {
    AssistantFormat() = default;

    bool stored = false;  ///< the server can look a reasoning item up by its id
    std::string_view model;  ///< asked for; only its own `output_items` go back
    const ToolCallIds* ids = nullptr;
};
static_assert(!std::is_aggregate_v<AssistantFormat>);

/// Writes an assistant message as the items that it was made of: messages, function calls, and the
/// reasoning items before what followed them (see ItemPosition). A reasoning item that nothing
/// followed, as when the output limit cut the answer there, is left out: OpenAI refuses it.
class AssistantItems {
public:
    /// `out` is the text of the input array, `count` the number of items in it; both are added to.
    AssistantItems(std::string& out, std::size_t& count, const AssistantFormat& format)
        : out_(out), count_(count), format_(format) {}

    /// `reasoning`: the entries to send, null for none. Returns true if any reasoning was written.
    bool append(const AssistantMessage& message, const json::array* reasoning);

private:
    void append_text(std::string_view text, std::string_view refusal, std::string_view phase);
    void append_calls(const AssistantMessage& message, std::size_t end);
    void append_others(const AssistantMessage& message, std::size_t end);
    void append_call(const ToolCall& call);
    std::string& begin();
    void separate();

    std::string& out_;
    std::size_t& count_;
    const AssistantFormat& format_;
    std::size_t next_call_ = 0;
    std::size_t next_other_ = 0;
    std::vector<ReasoningItem> waiting_;  // for an item to follow them
    bool any_reasoning_ = false;
};

/// The id to send for this call.
std::string_view sent_id(const AssistantFormat& format, const std::string& id);

}  // namespace capstan::responses
