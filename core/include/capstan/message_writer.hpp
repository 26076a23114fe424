#pragma once

#include <capstan/message.hpp>
#include <capstan/tool_definition.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan {

/// The reasoning to write instead of the message's own. Points into storage of the caller.
struct ReasoningView {
    ReasoningView() = default;

    std::string_view text;
    const json::array* details = nullptr;  ///< null: the member is not written
};
static_assert(!std::is_aggregate_v<ReasoningView>);

/// Tool call ids that are written as another text (wire reference 7.3; user problem 29).
using ToolCallIds = std::map<std::string, std::string, std::less<>>;

/// How a message is written. The default is what to_json() gives.
struct MessageFormat {
    MessageFormat() = default;

    /// For storage: the reasoning's text beside its details, and the origin of assistant messages.
    bool complete = false;
    bool pinned = false;  ///< with `complete`: writes `pinned`, which Conversation reads
    const CacheControl* cache_mark = nullptr;  ///< put on the last text part that is not empty
    std::size_t dropped_marks = 0;  ///< so many of the first marks of the message are left out
    const ReasoningView* reasoning = nullptr;  ///< null: the message's own
    const ToolCallIds* ids = nullptr;          ///< null: ids as they are
    bool null_content = true;  ///< false: "" in place of null where a message only calls tools
};
static_assert(!std::is_aggregate_v<MessageFormat>);

/// Appends the JSON of one message to `out` without building a document: the cost is that of
/// copying its text. Depends on nothing but its arguments, so the text may be kept and reused.
///
/// Members come in a fixed order: role, tool_call_id, content, reasoning, reasoning_details,
/// tool_calls, then `extra` in its own order.
void append_message(std::string& out, const Message& message, const MessageFormat& format = {});
void append_message(std::string& out, const AssistantMessage& message,
                    const MessageFormat& format = {});

/// Appends the JSON of one tool; `drop_mark` leaves its cache mark out.
void append_tool(std::string& out, const ToolDefinition& tool, bool drop_mark = false);

/// The TTLs ("" for none) of the cache marks that a message or tool carries, in order.
std::vector<std::string> cache_mark_ttls(const Message& message);
std::vector<std::string> cache_mark_ttls(const ToolDefinition& tool);

/// True if MessageFormat::cache_mark would find a text part to be put on.
bool takes_cache_mark(const Message& message) noexcept;

}  // namespace capstan
