#include "scenario_match.hpp"

#include "dialects.hpp"
#include "json_file.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <string_view>

namespace capstan::testing {

namespace json = boost::json;

namespace {

const json::array* messages_of(const json::value& body) {
    const auto* object = body.if_object();
    const auto* messages = object ? member_at(*object, "messages") : nullptr;
    return messages ? messages->if_array() : nullptr;
}

std::string role_of(const json::value& message) {
    return message.is_object() ? text_at(message.get_object(), "role") : std::string();
}

std::string content_of(const json::value& message) {
    const auto* object = message.if_object();
    const auto* content = object ? member_at(*object, "content") : nullptr;
    if (!content) return {};
    if (content->is_string()) return std::string(content->get_string());
    std::string text;
    if (const auto* parts = content->if_array())
        for (const auto& part : *parts)
            if (part.is_object()) text += text_at(part.get_object(), "text");
    return text;
}

/// Tool messages behind the last message of the user.
std::int64_t results_in(const json::array& messages) {
    std::int64_t count = 0;
    for (const auto& message : messages) {
        if (role_of(message) == "user") count = 0;
        if (role_of(message) == "tool") ++count;
    }
    return count;
}

/// The tool whose call has that id, in one assistant message; or an empty text.
std::string called_in(const json::value& message, const std::string& id) {
    const auto* object = message.if_object();
    const auto* calls = object ? member_at(*object, "tool_calls") : nullptr;
    if (!calls || !calls->is_array()) return {};
    for (const auto& call : calls->get_array()) {
        if (!call.is_object() || text_at(call.get_object(), "id") != id) continue;
        const auto* function = member_at(call.get_object(), "function");
        if (function && function->is_object()) return text_at(function->get_object(), "name");
    }
    return {};
}

/// The tool whose result is the last message, or an empty text.
std::string last_tool_of(const json::array& messages) {
    if (messages.empty() || role_of(messages.back()) != "tool") return {};
    const auto id = text_at(messages.back().as_object(), "tool_call_id");
    for (auto at = messages.end(); at != messages.begin();)
        if (const auto name = called_in(*--at, id); !name.empty()) return name;
    return {};
}

bool has_tools(const json::value& body) {
    const auto* tools = member_at(body.as_object(), "tools");
    return tools && tools->is_array() && !tools->get_array().empty();
}

std::string first_line(std::string text) {
    text.resize(std::min(text.find('\n'), text.size()));
    return text;
}

void replace_all(std::string& text, std::string_view mark, const std::string& value) {
    for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + value.size()))
        text.replace(at, mark.size(), value);
}

}  // namespace

ConversationMatch::ConversationMatch(const json::object& source)
    : last_role_(text_at(source, "last_role")),
      last_tool_(text_at(source, "last_tool")),
      last_contains_(text_at(source, "last_contains")) {
    if (const auto* value = member_at(source, "tools")) tools_ = value->as_bool();
    if (const auto* value = member_at(source, "tool_results"))
        tool_results_ = value->to_number<std::int64_t>();
}

bool ConversationMatch::empty() const {
    return !tools_ && !tool_results_ && last_role_.empty() && last_tool_.empty() &&
           last_contains_.empty();
}

bool ConversationMatch::operator()(const SimRequest& request) const {
    if (empty()) return true;
    const auto body = chat_body(request);
    const auto* messages = messages_of(body);
    if (!messages || messages->empty()) return false;
    const auto& last = messages->back();
    if (tools_ && *tools_ != has_tools(body)) return false;
    if (tool_results_ && *tool_results_ != results_in(*messages)) return false;
    if (!last_role_.empty() && last_role_ != role_of(last)) return false;
    if (!last_tool_.empty() && last_tool_ != last_tool_of(*messages)) return false;
    return last_contains_.empty() || content_of(last).find(last_contains_) != std::string::npos;
}

std::string fill_marks(std::string text, const SimRequest& request) {
    if (text.find("{{") == std::string::npos) return text;
    const auto body = chat_body(request);
    const auto* messages = messages_of(body);
    replace_all(text, "{{n}}", std::to_string(messages ? messages->size() : 0));
    if (messages && !messages->empty())
        replace_all(text, "{{last}}", first_line(content_of(messages->back())));
    return text;
}

}  // namespace capstan::testing
