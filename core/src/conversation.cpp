#include <capstan/conversation.hpp>

#include "json_place.hpp"
#include "message_reader.hpp"

#include <capstan/error.hpp>
#include <capstan/message_writer.hpp>

#include <boost/system/system_error.hpp>

namespace capstan {
namespace {

const json::array& find_messages(const json::value& value) {
    if (const auto* array = value.if_array()) return *array;
    const auto* object = value.if_object();
    if (!object) fail_at("messages", "an array, or an object with one", &value);
    const json::value* messages = find(*object, "messages");
    if (!messages || !messages->is_array()) fail_at("messages", "an array", messages);
    return messages->get_array();
}

}  // namespace

Conversation Conversation::user(std::string text) {
    Conversation conversation;
    conversation.add_user(std::move(text));
    return conversation;
}

Conversation& Conversation::add(Message message) {
    messages_.push_back(std::move(message));
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

Conversation Conversation::from_json(std::string_view text) {
    json::value value;
    try {
        value = parse_json(text);
    } catch (const boost::system::system_error& error) {
        throw ApiError(ErrorKind::invalid_request,
                       std::string("messages: not JSON: ") + error.code().message());
    }
    return from_json(value);
}

Conversation Conversation::from_json(const json::value& value) {
    const json::array& array = find_messages(value);
    std::vector<Message> messages;
    messages.reserve(array.size());
    for (std::size_t i = 0; i < array.size(); ++i)
        messages.push_back(read_message(array[i], place_at("messages", i)));
    return Conversation(std::move(messages));
}

std::string Conversation::to_json_text() const {
    MessageFormat format;
    format.complete = true;
    std::string out = "[";
    for (std::size_t i = 0; i < messages_.size(); ++i) {
        if (i > 0) out += ',';
        append_message(out, messages_[i], format);
    }
    out += ']';
    return out;
}

}  // namespace capstan
