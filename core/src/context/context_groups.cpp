#include "context/context_groups.hpp"

#include <algorithm>

namespace capstan {
namespace {

template <class Kind>
bool is(const Message& message) noexcept {
    return std::holds_alternative<Kind>(message);
}

bool is_typed_by_user(const Message& message) noexcept {
    return is<UserMessage>(message) && !is_summary(message);
}

std::size_t calls_in(const Message& message) noexcept {
    const auto* caller = std::get_if<AssistantMessage>(&message);
    return caller ? caller->tool_calls.size() : 0;
}

std::size_t group_end(const Conversation::Messages& messages, std::size_t first) {
    std::size_t end = first + 1;
    if (calls_in(messages[first]) == 0) return end;
    while (end < messages.size() && is<ToolMessage>(messages[end])) ++end;
    return end;
}

MessageGroup group_at(const Conversation& conversation, const std::vector<bool>& kept,
                      std::size_t first) {
    const auto messages = conversation.messages();
    MessageGroup group;
    group.first = first;
    group.last = group_end(messages, first);
    group.summary = is_summary(messages[first]);
    const bool at_end = group.last == messages.size();
    group.kept = at_end && calls_in(messages[first]) > group.last - first - 1;
    for (std::size_t i = first; i < group.last; ++i) {
        group.chars += conversation.chars(i);
        group.kept = group.kept || kept[i];
    }
    return group;
}

}  // namespace

bool is_summary(const Message& message) noexcept {
    const auto* user = std::get_if<UserMessage>(&message);
    const auto* text = user ? std::get_if<std::string>(&user->content) : nullptr;
    return text && text->starts_with(summary_mark);
}

std::vector<bool> kept_messages(const Conversation& conversation) {
    const auto messages = conversation.messages();
    std::vector<bool> kept(messages.size(), false);
    std::size_t first_user = kept.size();
    std::size_t last_user = kept.size();
    std::size_t tail = 0;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        kept[i] = is<SystemMessage>(messages[i]) || conversation.pinned(i);
        if (is<AssistantMessage>(messages[i])) tail = i + 1;
        if (!is_typed_by_user(messages[i])) continue;
        first_user = std::min(first_user, i);
        last_user = i;
    }
    if (first_user < kept.size()) kept[first_user] = kept[last_user] = true;
    for (; tail < kept.size(); ++tail) kept[tail] = kept[tail] || !is_summary(messages[tail]);
    return kept;
}

std::vector<MessageGroup> message_groups(const Conversation& conversation) {
    const std::vector<bool> kept = kept_messages(conversation);
    std::vector<MessageGroup> groups;
    for (std::size_t i = 0; i < conversation.size(); i = groups.back().last)
        groups.push_back(group_at(conversation, kept, i));
    return groups;
}

}  // namespace capstan
