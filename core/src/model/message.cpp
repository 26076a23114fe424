#include "base/json_place.hpp"
#include "model/content_json.hpp"
#include "model/message_reader.hpp"

#include <capstan/error.hpp>
#include <capstan/message_writer.hpp>

#include <initializer_list>

namespace capstan {
namespace {

json::object without(const json::object& object, std::initializer_list<std::string_view> names) {
    json::object result;
    for (const auto& member : object) {
        bool known = false;
        for (std::string_view name : names) known = known || name == std::string_view(member.key());
        if (!known) result.emplace(member.key(), member.value());
    }
    return result;
}

const json::value& required_content(const json::object& object, std::string_view place) {
    const json::value* value = find(object, "content");
    if (!value) fail_at(place_of(place, "content"), "a string or an array", nullptr);
    return *value;
}

Content plain_content(const json::object& object, std::string_view place) {
    return read_content(required_content(object, place), place_of(place, "content"));
}

Content assistant_content(const json::object& object, std::string_view place) {
    const json::value* value = find(object, "content");
    if (!value || value->is_null()) return std::string();
    return read_content(*value, place_of(place, "content"));
}

void read_function(ToolCall& call, const json::object& object, std::string_view place) {
    const json::value* value = find(object, "function");
    const std::string here = place_of(place, "function");
    if (!value) fail_at(here, "an object", nullptr);
    const json::object& function = expect_object(*value, here);
    call.name = read_text(function, "name", here, true);
    call.arguments = read_text(function, "arguments", here, false);
    json::object more = without(function, {"name", "arguments"});
    if (!more.empty()) call.extra["function"] = std::move(more);
}

// A call of a custom tool: its name and input, if that is all that it has.
void read_custom(ToolCall& call) {
    const json::object* custom = find_object(call.extra, "custom");
    if (call.extra.at("type") != "custom" || !custom || custom->size() != 2) return;
    const auto name = find_string(*custom, "name");
    const auto input = find_string(*custom, "input");
    if (!name || !input) return;
    call.name = *name;
    call.arguments = *input;
    call.extra = without(call.extra, {"custom"});
}

ToolCall read_call(const json::value& value, std::string_view place) {
    const json::object& object = expect_object(value, place);
    ToolCall call;
    call.id = read_text(object, "id", place, true);
    const std::string type = read_text(object, "type", place, false);
    call.extra = without(object, {"id", "type", "function"});
    if (!type.empty() && type != "function") call.extra["type"] = type;
    if (object.contains("function") || !call.extra.contains("type"))
        read_function(call, object, place);
    else
        read_custom(call);
    return call;
}

std::vector<ToolCall> read_calls(const json::object& object, std::string_view place) {
    std::vector<ToolCall> calls;
    const json::value* value = find(object, "tool_calls");
    if (!value || value->is_null()) return calls;
    const std::string here = place_of(place, "tool_calls");
    const json::array& array = expect_array(*value, here);
    for (std::size_t i = 0; i < array.size(); ++i)
        calls.push_back(read_call(array[i], place_at(here, i)));
    return calls;
}

Reasoning read_reasoning(const json::object& object, std::string_view place) {
    Reasoning reasoning;
    reasoning.text = read_text(object, "reasoning", place, false);
    const json::value* details = find(object, "reasoning_details");
    if (details && !details->is_null())
        reasoning.details = expect_array(*details, place_of(place, "reasoning_details"));
    return reasoning;
}

// `reasoning_content` is another spelling of `reasoning` (wire reference 2.2); an empty one stays
// in `extra`, because some models demand it back.
void adopt_reasoning_content(AssistantMessage& message) {
    if (!message.reasoning.text.empty() || message.reasoning.details) return;
    const auto text = find_string(message.extra, "reasoning_content");
    if (!text || text->empty()) return;
    message.reasoning.text = std::string(*text);
    message.extra = without(message.extra, {"reasoning_content"});
}

Message read_assistant(const json::object& object, std::string_view place) {
    AssistantMessage message(assistant_content(object, place));
    message.reasoning = read_reasoning(object, place);
    message.tool_calls = read_calls(object, place);
    message.origin.model = read_text(object, "model", place, false);
    message.origin.provider = read_text(object, "provider", place, false);
    message.origin.requested_model = read_text(object, "requested_model", place, false);
    message.extra = without(object, {"role", "content", "reasoning", "reasoning_details",
                                     "tool_calls", "model", "provider", "requested_model"});
    adopt_reasoning_content(message);
    return message;
}

Message read_system(const json::object& object, std::string_view role, std::string_view place) {
    SystemMessage message(plain_content(object, place));
    message.role = role;
    message.extra = without(object, {"role", "content"});
    return message;
}

Message read_user(const json::object& object, std::string_view place) {
    UserMessage message(plain_content(object, place));
    message.extra = without(object, {"role", "content"});
    return message;
}

Message read_tool(const json::object& object, std::string_view place) {
    ToolMessage message(read_text(object, "tool_call_id", place, true),
                        plain_content(object, place));
    message.extra = without(object, {"role", "content", "tool_call_id"});
    return message;
}

}  // namespace

Message read_message(const json::value& value, std::string_view place) {
    const json::object& object = expect_object(value, place);
    const std::string role = read_text(object, "role", place, true);
    if (role == "system" || role == "developer") return read_system(object, role, place);
    if (role == "user") return read_user(object, place);
    if (role == "assistant") return read_assistant(object, place);
    if (role == "tool") return read_tool(object, place);
    throw ApiError(ErrorKind::invalid_request,
                   place_of(place, "role") + ": unknown role \"" + role +
                       "\", expected system, developer, user, assistant or tool");
}

Message message_from_json(const json::value& value) { return read_message(value, "message"); }

// The text that is sent is the one definition of the format; the document is read from it.
json::object to_json(const AssistantMessage& message) {
    std::string text;
    append_message(text, message);
    return parse_json(text).as_object();
}

json::object to_json(const Message& message) {
    std::string text;
    append_message(text, message);
    return parse_json(text).as_object();
}

}  // namespace capstan
