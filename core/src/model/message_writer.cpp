#include <capstan/message_writer.hpp>

#include "base/object_writer.hpp"
#include "model/content_json.hpp"

#include <algorithm>

namespace capstan {
namespace {

// A member of `extra` never overrides one that the message itself has.
bool is_message_member(std::string_view name) noexcept {
    return name == "role" || name == "content" || name == "tool_call_id" || name == "reasoning" ||
           name == "reasoning_details" || name == "tool_calls";
}

bool is_pin(std::string_view name, const MessageFormat& format) noexcept {
    return format.complete && name == "pinned";
}

// What a provider keeps in a message for itself; no other server knows it.
bool is_native(std::string_view name, const MessageFormat& format) noexcept {
    return !format.complete && name == "native_content";
}

bool is_origin_member(std::string_view name) noexcept {
    return name == "model" || name == "provider" || name == "requested_model";
}

// What the Responses API says of an answer's items; chat completions would refuse it.
bool is_item_member(std::string_view name, const MessageFormat& format) noexcept {
    return !format.complete && (name == "output_items" || name == "phase");
}

std::string_view mapped(const MessageFormat& format, std::string_view id) {
    if (!format.ids) return id;
    const auto found = format.ids->find(id);
    return found == format.ids->end() ? id : std::string_view(found->second);
}

bool is_blank(const Content& content) {
    if (const auto* text = std::get_if<std::string>(&content)) return text->empty();
    const auto& parts = std::get<std::vector<ContentPart>>(content);
    return std::all_of(parts.begin(), parts.end(), [](const ContentPart& part) {
        const auto* text = std::get_if<TextPart>(&part);
        return text && text->text.empty();
    });
}

void append_function(std::string& out, const ToolCall& call) {
    ObjectWriter function(out);
    function.text("name", call.name);
    function.text("arguments", call.arguments.empty() ? std::string_view("{}") : call.arguments);
    if (const json::object* more = find_object(call.extra, "function")) {
        function.extra(*more, [](std::string_view name) {
            return name == "name" || name == "arguments";
        });
    }
    function.end();
}

void append_custom(std::string& out, const ToolCall& call) {
    ObjectWriter custom(out);
    custom.text("name", call.name);
    custom.text("input", call.arguments);
    custom.end();
}

void append_call(std::string& out, const ToolCall& call, const MessageFormat& format) {
    ObjectWriter object(out);
    const auto type = find_string(call.extra, "type");
    const bool custom = type == "custom" && !call.name.empty();
    object.text("id", mapped(format, call.id));
    object.text("type", type.value_or("function"));
    // Calls of other types carry their payload in `extra`.
    if (custom)
        append_custom(object.key("custom"), call);
    else if (!type || type == "function" || !call.name.empty())
        append_function(object.key("function"), call);
    object.extra(call.extra, [custom](std::string_view name) {
        return name == "id" || name == "type" || name == "function" || (custom && name == "custom");
    });
    object.end();
}

void append_calls(std::string& out, const std::vector<ToolCall>& calls,
                  const MessageFormat& format) {
    out += '[';
    for (std::size_t i = 0; i < calls.size(); ++i) {
        if (i > 0) out += ',';
        append_call(out, calls[i], format);
    }
    out += ']';
}

void append_reasoning(ObjectWriter& object, const ReasoningView& reasoning, bool complete) {
    const bool has_details = reasoning.details && !reasoning.details->empty();
    if (!reasoning.text.empty() && (complete || !has_details))
        object.text("reasoning", reasoning.text);
    if (reasoning.details) append_json_text(object.key("reasoning_details"), *reasoning.details);
}

void append_origin(ObjectWriter& object, const MessageOrigin& origin) {
    if (!origin.model.empty()) object.text("model", origin.model);
    if (!origin.provider.empty()) object.text("provider", origin.provider);
    if (!origin.requested_model.empty()) object.text("requested_model", origin.requested_model);
}

// The mark beside the content is the last one of a message.
bool drops_extra_mark(const Content& content, const MessageFormat& format) {
    if (format.dropped_marks == 0) return false;
    const auto* parts = std::get_if<std::vector<ContentPart>>(&content);
    const auto own = parts ? std::count_if(parts->begin(), parts->end(), has_cache_mark) : 0;
    return format.dropped_marks > static_cast<std::size_t>(own);
}

void append_extra(ObjectWriter& object, const Content& content, const json::object& extra,
                  const MessageFormat& format) {
    if (format.complete && format.pinned) object.key("pinned") += "true";
    const bool drop = drops_extra_mark(content, format);
    object.extra(extra, [&](std::string_view name) {
        return is_message_member(name) || is_pin(name, format) || (drop && name == "cache_control");
    });
}

// System and user messages differ in nothing but their role.
void append_plain(std::string& out, std::string_view role, const Content& content,
                  const json::object& extra, const MessageFormat& format) {
    ObjectWriter object(out);
    object.text("role", role);
    append_content(object.key("content"), content, format.cache_mark, format.dropped_marks);
    append_extra(object, content, extra, format);
    object.end();
}

void append_one(std::string& out, const SystemMessage& message, const MessageFormat& format) {
    append_plain(out, message.role, message.content, message.extra, format);
}

void append_one(std::string& out, const UserMessage& message, const MessageFormat& format) {
    append_plain(out, "user", message.content, message.extra, format);
}

void append_one(std::string& out, const AssistantMessage& message, const MessageFormat& format) {
    append_message(out, message, format);
}

void append_one(std::string& out, const ToolMessage& message, const MessageFormat& format) {
    ObjectWriter object(out);
    object.text("role", "tool");
    object.text("tool_call_id", mapped(format, message.tool_call_id));
    append_content(object.key("content"), message.content, format.cache_mark,
                   format.dropped_marks);
    append_extra(object, message.content, message.extra, format);
    object.end();
}

}  // namespace

void append_message(std::string& out, const AssistantMessage& message,
                    const MessageFormat& format) {
    ObjectWriter object(out);
    object.text("role", "assistant");
    // Some providers refuse a blank text beside tool calls (wire reference 2.2).
    if (!message.tool_calls.empty() && is_blank(message.content))
        object.key("content") += format.null_content ? "null" : "\"\"";
    else
        append_content(object.key("content"), message.content, format.cache_mark,
                       format.dropped_marks);
    ReasoningView own;
    own.text = message.reasoning.text;
    own.details = message.reasoning.details ? &*message.reasoning.details : nullptr;
    append_reasoning(object, format.reasoning ? *format.reasoning : own, format.complete);
    if (!message.tool_calls.empty())
        append_calls(object.key("tool_calls"), message.tool_calls, format);
    if (format.complete) append_origin(object, message.origin);
    if (format.complete && format.pinned) object.key("pinned") += "true";
    const bool drop = drops_extra_mark(message.content, format);
    object.extra(message.extra, [&](std::string_view name) {
        return is_message_member(name) || is_origin_member(name) || is_pin(name, format) ||
               is_native(name, format) || is_item_member(name, format) ||
               (drop && name == "cache_control");
    });
    object.end();
}

void append_message(std::string& out, const Message& message, const MessageFormat& format) {
    std::visit([&](const auto& known) { append_one(out, known, format); }, message);
}

}  // namespace capstan
