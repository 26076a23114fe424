#include <capstan/conversation.hpp>

#include "model/message_chars.hpp"

#include <capstan/message_writer.hpp>

#include <mutex>
#include <stdexcept>

namespace capstan {

struct Conversation::Entry {
    explicit Entry(Message message_) : message(std::move(message_)) {}

    const Message message;
    mutable std::once_flag text_made;
    mutable std::string text;
};

Conversation::Slot::Slot(Message message)
    : entry(std::make_shared<const Entry>(std::move(message))),
      chars(message_chars(entry->message)) {}

namespace {

void check(bool in_range) {
    if (!in_range) throw std::out_of_range("capstan::Conversation: no such message");
}

}  // namespace

Conversation::Conversation(std::vector<Message> messages) {
    entries_.reserve(messages.size());
    for (Message& message : messages) add(std::move(message));
}

Conversation Conversation::user(std::string text) {
    Conversation conversation;
    conversation.add_user(std::move(text));
    return conversation;
}

Conversation& Conversation::add(Message message) {
    entries_.emplace_back(std::move(message));
    return *this;
}

Conversation& Conversation::add_system(std::string text) {
    return add(SystemMessage(std::move(text)));
}

Conversation& Conversation::add_user(std::string text) { return add(UserMessage(std::move(text))); }

Conversation& Conversation::add_assistant(std::string text) {
    return add(AssistantMessage(std::move(text)));
}

Conversation& Conversation::add_tool_result(std::string tool_call_id, std::string text) {
    return add(ToolMessage(std::move(tool_call_id), std::move(text)));
}

void Conversation::replace(std::size_t index, Message message) {
    Slot& slot = entries_.at(index);
    const bool pinned = slot.pinned;
    slot = Slot(std::move(message));
    slot.pinned = pinned;
}

void Conversation::insert(std::size_t index, Message message) {
    check(index <= size());
    entries_.emplace(entries_.begin() + static_cast<std::ptrdiff_t>(index), std::move(message));
}

void Conversation::erase(std::size_t first, std::size_t last) {
    check(first <= last && last <= size());
    const auto begin = entries_.begin();
    entries_.erase(begin + static_cast<std::ptrdiff_t>(first),
                   begin + static_cast<std::ptrdiff_t>(last));
}

void Conversation::pin(std::size_t index, bool pinned) { entries_.at(index).pinned = pinned; }

bool Conversation::pinned(std::size_t index) const { return entries_.at(index).pinned; }

std::size_t Conversation::chars() const noexcept {
    std::size_t sum = 0;
    for (const Slot& slot : entries_) sum += slot.chars;
    return sum;
}

const std::string& Conversation::message_text(std::size_t index) const {
    const Entry& entry = *entries_.at(index).entry;
    std::call_once(entry.text_made, [&entry] {
        std::string text;
        append_message(text, entry.message);
        text.shrink_to_fit();
        entry.text = std::move(text);
    });
    return entry.text;
}

std::shared_ptr<const std::string> Conversation::shared_message_text(std::size_t index) const {
    const std::string& text = message_text(index);
    return {entries_[index].entry, &text};
}

const Message& Conversation::Messages::operator[](std::size_t index) const noexcept {
    return (*entries_)[index].entry->message;
}

const Message& Conversation::Messages::at(std::size_t index) const {
    return entries_->at(index).entry->message;
}

}  // namespace capstan
