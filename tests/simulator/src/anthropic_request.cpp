#include "anthropic_request.hpp"

#include "json_file.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <string_view>

namespace capstan::testing {

namespace json = boost::json;

namespace {

const json::array* array_at(const json::object& source, std::string_view name) {
    const auto* value = member_at(source, name);
    return value ? value->if_array() : nullptr;
}

json::object chat_message(std::string_view role) {
    json::object message;
    message["role"] = role;
    return message;
}

/// The text of a string or of text blocks.
std::string text_of_content(const json::value* content) {
    if (!content) return {};
    if (const auto* text = content->if_string()) return std::string(*text);
    std::string all;
    if (const auto* blocks = content->if_array())
        for (const auto& block : *blocks)
            if (block.is_object()) all += text_at(block.get_object(), "text");
    return all;
}

json::object detail_of(const json::object& block) {
    json::object detail;
    if (text_at(block, "type") == "thinking") {
        detail["type"] = "reasoning.text";
        detail["text"] = text_at(block, "thinking");
        detail["signature"] = text_at(block, "signature");
    } else {
        detail["type"] = "reasoning.encrypted";
        detail["data"] = text_at(block, "data");
    }
    detail["format"] = "anthropic-claude-v1";
    return detail;
}

json::object call_of(const json::object& block) {
    json::object function;
    function["name"] = text_at(block, "name");
    const auto* input = member_at(block, "input");
    function["arguments"] = input ? json::serialize(*input) : "{}";
    json::object call;
    call["id"] = text_at(block, "id");
    call["type"] = "function";
    call["function"] = std::move(function);
    return call;
}

json::object assistant_message(const json::array& blocks) {
    auto message = chat_message("assistant");
    std::string text;
    json::array details;
    json::array calls;
    for (const auto& value : blocks) {
        const auto& block = value.as_object();
        const auto type = text_at(block, "type");
        if (type == "text") text += text_at(block, "text");
        else if (type == "tool_use") calls.push_back(call_of(block));
        else if (type == "thinking" || type == "redacted_thinking")
            details.push_back(detail_of(block));
    }
    message["content"] = text;
    if (!details.empty()) message["reasoning_details"] = std::move(details);
    if (!calls.empty()) message["tool_calls"] = std::move(calls);
    return message;
}

void add_user_messages(json::array& messages, const json::array& blocks) {
    json::array parts;
    for (const auto& value : blocks) {
        const auto& block = value.as_object();
        if (text_at(block, "type") != "tool_result") {
            parts.push_back(value);
            continue;
        }
        auto result = chat_message("tool");
        result["tool_call_id"] = text_at(block, "tool_use_id");
        result["content"] = text_of_content(member_at(block, "content"));
        messages.push_back(std::move(result));
    }
    if (parts.empty()) return;
    auto user = chat_message("user");
    user["content"] = std::move(parts);
    messages.push_back(std::move(user));
}

json::array chat_messages(const json::object& body) {
    json::array messages;
    if (const auto system = text_of_content(member_at(body, "system")); !system.empty()) {
        messages.push_back(chat_message("system"));
        messages.back().as_object()["content"] = system;
    }
    const auto* given = array_at(body, "messages");
    if (!given) return messages;
    for (const auto& value : *given) {
        const auto& message = value.as_object();
        const auto* blocks = array_at(message, "content");
        if (!blocks) messages.push_back(value);
        else if (text_at(message, "role") == "assistant")
            messages.push_back(assistant_message(*blocks));
        else add_user_messages(messages, *blocks);
    }
    return messages;
}

json::array chat_tools(const json::array& given) {
    json::array tools;
    for (const auto& value : given) {
        const auto& tool = value.as_object();
        json::object function;
        function["name"] = text_at(tool, "name");
        function["description"] = text_at(tool, "description");
        if (const auto* schema = member_at(tool, "input_schema")) function["parameters"] = *schema;
        json::object wrapped;
        wrapped["type"] = "function";
        wrapped["function"] = std::move(function);
        tools.push_back(std::move(wrapped));
    }
    return tools;
}

void set_tools(json::object& chat, const json::object& body) {
    const auto* choice = member_at(body, "tool_choice");
    const auto type = choice && choice->is_object() ? text_at(choice->get_object(), "type") : "";
    if (const auto* tools = array_at(body, "tools"); tools && type != "none")
        chat["tools"] = chat_tools(*tools);
    if (type == "tool") {
        json::object function;
        function["name"] = text_at(choice->get_object(), "name");
        json::object named;
        named["type"] = "function";
        named["function"] = std::move(function);
        chat["tool_choice"] = std::move(named);
    } else if (!type.empty()) {
        chat["tool_choice"] = type == "any" ? "required" : type;
    }
}

void set_reasoning(json::object& chat, const json::object& body) {
    const auto* thinking = member_at(body, "thinking");
    if (!thinking || !thinking->is_object()) return;
    json::object reasoning;
    reasoning["enabled"] = text_at(thinking->get_object(), "type") != "disabled";
    chat["reasoning"] = std::move(reasoning);
}

}  // namespace

json::object chat_of_messages(const json::object& body) {
    json::object chat;
    for (const auto& member : body) {
        const std::string_view name = member.key();
        if (name != "system" && name != "messages" && name != "tools" && name != "tool_choice" &&
            name != "thinking")
            chat[member.key()] = member.value();
    }
    chat["messages"] = chat_messages(body);
    set_tools(chat, body);
    set_reasoning(chat, body);
    return chat;
}

bool is_messages_request(const SimRequest& request) noexcept {
    return request.method == "POST" && request.path == "/messages";
}

}  // namespace capstan::testing
