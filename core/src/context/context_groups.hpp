#pragma once

#include <capstan/conversation.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace capstan {

/// What a compaction's summary begins with, and is known by.
inline constexpr std::string_view summary_mark =
    "[Summary of the earlier conversation, made to save room]\n";

bool is_summary(const Message& message) noexcept;

/// Messages that stay or go together: one message, or one that calls tools with its results.
struct MessageGroup {
    MessageGroup() = default;

    std::size_t first = 0;
    std::size_t last = 0;  ///< behind the last one
    std::size_t chars = 0;
    bool kept = false;     ///< has a message that every compaction keeps, or calls without a result
    bool summary = false;
};

/// Which messages every compaction keeps as they are: system messages, the first and the latest of
/// the user, pinned ones, and all but a summary behind the last assistant message.
std::vector<bool> kept_messages(const Conversation& conversation);

/// The conversation in groups, in order.
std::vector<MessageGroup> message_groups(const Conversation& conversation);

}  // namespace capstan
