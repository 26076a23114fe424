#include <capstan/conversation.hpp>

#include "base/json_place.hpp"
#include "model/message_reader.hpp"

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

// The pin is a property of the transcript, not of the message, and is never sent.
bool take_pin(json::object& extra) {
    const auto found = extra.find("pinned");
    if (found == extra.end()) return false;
    const bool pinned = found->value() == json::value(true);
    extra.stable_erase(found);
    return pinned;
}

bool take_pin(Message& message) {
    return std::visit([](auto& known) { return take_pin(known.extra); }, message);
}

}  // namespace

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
    Conversation conversation;
    conversation.entries_.reserve(array.size());
    for (std::size_t i = 0; i < array.size(); ++i) {
        Message message = read_message(array[i], place_at("messages", i));
        const bool pinned = take_pin(message);
        conversation.add(std::move(message));
        if (pinned) conversation.pin(i);
    }
    return conversation;
}

std::string Conversation::to_json_text() const {
    MessageFormat format;
    format.complete = true;
    std::string out = "[";
    for (std::size_t i = 0; i < size(); ++i) {
        if (i > 0) out += ',';
        format.pinned = pinned(i);
        append_message(out, messages()[i], format);
    }
    out += ']';
    return out;
}

}  // namespace capstan
