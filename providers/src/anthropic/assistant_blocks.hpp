#pragma once

#include "anthropic/content_blocks.hpp"

#include <capstan/message_writer.hpp>

#include <set>
#include <span>
#include <string_view>
#include <type_traits>

namespace capstan::anthropic {

/// They point into the messages.
using ServerCallIds = std::set<std::string_view>;

/// Calls of the server's own tools that got no result before the user spoke again: the server
/// would refuse them. Open calls of the turn under way are not among them, for the server goes on
/// with those (https://platform.claude.com/docs: handling-stop-reasons).
ServerCallIds lost_server_calls(std::span<const Message* const> messages);

/// How one assistant message is written.
struct AssistantFormat {
    AssistantFormat() = default;

    const json::array* details = nullptr;  ///< the reasoning that goes back; null: none
    const ToolCallIds* ids = nullptr;      ///< never null
    BlockMarks marks;
    bool foreign_format = false;  ///< take details of any format: not a Claude model
    bool raw_blocks = true;       ///< send what the server's own tools did
    const ServerCallIds* lost = nullptr;  ///< calls to leave out; null: none
    bool last = false;  ///< the last message: must not end in white space, nor in a thought
};
static_assert(!std::is_aggregate_v<AssistantFormat>);

/// Thoughts, text and tool calls as content blocks, in the order in which they came. Returns how
/// many thoughts were written.
std::size_t append_assistant(ListText& blocks, const AssistantMessage& message,
                             const AssistantFormat& format);

/// The `input` of a call: its arguments if they are an object, {} if there are none; any other
/// text is kept as {"INVALID_JSON": text}
/// (https://platform.claude.com/docs: fine-grained-tool-streaming).
void append_input(std::string& out, const ToolCall& call);

}  // namespace capstan::anthropic
