#pragma once

#include <capstan/message.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace capstan {

/// The transcript: messages in order. A value; copies are independent.
class Conversation {
public:
    Conversation() = default;
    Conversation(std::vector<Message> messages) : messages_(std::move(messages)) {}

    /// A conversation of one user message.
    static Conversation user(std::string text);

    Conversation& add(Message message);
    Conversation& add_system(std::string text);
    Conversation& add_user(std::string text);
    Conversation& add_assistant(std::string text);
    Conversation& add_tool_result(std::string tool_call_id, std::string text);

    const std::vector<Message>& messages() const noexcept { return messages_; }
    std::size_t size() const noexcept { return messages_.size(); }
    bool empty() const noexcept { return messages_.empty(); }

    /// Reads a JSON array of messages, or an object with a `messages` array, in OpenAI's format.
    /// Throws ApiError of kind invalid_request that names the place.
    static Conversation from_json(std::string_view text);
    static Conversation from_json(const json::value& value);

    /// The array in OpenAI's format; origins are written as `model` and `provider` of assistant
    /// messages, so that from_json() gives back an equal conversation.
    std::string to_json_text() const;

private:
    std::vector<Message> messages_;
};

}  // namespace capstan
