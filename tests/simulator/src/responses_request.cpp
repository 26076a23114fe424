#include "responses_request.hpp"

#include "json_file.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <utility>

namespace capstan::testing {

namespace json = boost::json;

namespace {

json::value chat_content(const json::value* content) {
    if (!content || !content->is_array()) return content ? *content : json::value();
    json::array parts;
    for (const auto& part : content->get_array()) {
        const auto* object = part.if_object();
        const auto* text = object ? member_at(*object, "text") : nullptr;
        if (!text) {
            parts.push_back(part);
            continue;
        }
        json::object chat;
        chat["type"] = "text";
        chat["text"] = *text;
        parts.push_back(std::move(chat));
    }
    return parts;
}

/// {"type":"function","name":"f",..} as {"type":"function","function":{"name":"f",..}}.
json::value nested(const json::value& flat) {
    const auto* object = flat.if_object();
    if (!object || text_at(*object, "type") != "function") return flat;
    json::object function = *object;
    function.erase("type");
    json::object chat;
    chat["type"] = "function";
    chat["function"] = std::move(function);
    return chat;
}

/// Collects messages; the items of one assistant turn become one message.
class Messages {
public:
    void add(const json::object& item) {
        const auto type = text_at(item, "type");
        if (type == "function_call" || type == "custom_tool_call") return add_call(item);
        if (type == "function_call_output" || type == "custom_tool_call_output")
            return add_result(item);
        if (type == "reasoning") {
            assistant();
            return;
        }
        if (type.empty() || type == "message") add_message(item);
    }

    void add_text(std::string_view role, json::value content) {
        open_ = false;
        json::object message;
        message["role"] = json::string_view(role.data(), role.size());
        message["content"] = std::move(content);
        list_.push_back(std::move(message));
    }

    json::array take() { return std::move(list_); }

private:
    json::object& assistant() {
        if (!open_) add_text("assistant", nullptr);
        open_ = true;
        return list_.back().get_object();
    }

    void add_message(const json::object& item) {
        auto content = chat_content(member_at(item, "content"));
        if (text_at(item, "role") != "assistant")
            return add_text(text_at(item, "role"), std::move(content));
        auto& message = assistant();
        auto& present = message["content"];
        if (present.is_array() && content.is_array())
            for (auto& part : content.get_array()) present.get_array().push_back(std::move(part));
        else
            present = std::move(content);
    }

    void add_call(const json::object& item) {
        json::object function;
        function["name"] = text_at(item, "name");
        function["arguments"] = text_at(item, item.contains("input") ? "input" : "arguments");
        json::object call;
        call["id"] = text_at(item, "call_id");
        call["type"] = "function";
        call["function"] = std::move(function);
        auto& calls = assistant()["tool_calls"];
        if (!calls.is_array()) calls.emplace_array();
        calls.get_array().push_back(std::move(call));
    }

    void add_result(const json::object& item) {
        add_text("tool", chat_content(member_at(item, "output")));
        list_.back().get_object()["tool_call_id"] = text_at(item, "call_id");
    }

    json::array list_;
    bool open_ = false;  // the last message is of the assistant's turn under way
};

json::array chat_messages(const json::object& body) {
    Messages messages;
    if (const auto instructions = text_at(body, "instructions"); !instructions.empty())
        messages.add_text("system", json::value(instructions));
    const auto* input = member_at(body, "input");
    if (input && input->is_string()) messages.add_text("user", *input);
    if (input && input->is_array())
        for (const auto& item : input->get_array())
            if (item.is_object()) messages.add(item.get_object());
    return messages.take();
}

}  // namespace

json::object chat_of_responses(const json::object& body) {
    json::object chat;
    for (const char* same : {"model", "models", "stream", "reasoning", "provider"})
        if (const auto* value = member_at(body, same)) chat[same] = *value;
    chat["messages"] = chat_messages(body);
    if (const auto* tools = member_at(body, "tools"); tools && tools->is_array()) {
        json::array list;
        for (const auto& tool : tools->get_array()) list.push_back(nested(tool));
        chat["tools"] = std::move(list);
    }
    if (const auto* choice = member_at(body, "tool_choice")) chat["tool_choice"] = nested(*choice);
    return chat;
}

}  // namespace capstan::testing
