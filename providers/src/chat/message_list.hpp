#pragma once

#include "chat/prompt_size.hpp"
#include "chat/reasoning_filter.hpp"

#include <capstan/http_client.hpp>
#include <capstan/message_request.hpp>

#include <string>
#include <type_traits>
#include <vector>

namespace capstan {

/// How the messages of a request are to be written.
struct MessageListOptions {
    MessageListOptions() = default;

    std::vector<std::string> models;  ///< the model asked for, then its fallbacks
    ReasoningReplay replay = ReasoningReplay::fitting;
    bool cache_marks = false;        ///< add marks of our own
    std::size_t reserved_marks = 0;  ///< spent elsewhere in the request
    /// Long texts that the conversation keeps are not copied: MessageListText::parts has them.
    bool share_texts = false;
};
static_assert(!std::is_aggregate_v<MessageListOptions>);

/// The `messages` and `tools` members as JSON, and what the rest of the request has to know of
/// them.
struct MessageListText {
    MessageListText() = default;

    std::string tools;  ///< empty: no tools
    std::vector<HttpBodyPart> parts;  ///< their places count from the start of the whole text
    MediaSize media;
    bool has_replayed_reasoning = false;
};
static_assert(!std::is_aggregate_v<MessageListText>);

/// Appends the array of messages to `out`.
MessageListText append_message_list(std::string& out, const MessageRequest& request,
                                    const MessageListOptions& options);

}  // namespace capstan
