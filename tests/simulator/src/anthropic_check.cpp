// What Anthropic's server refuses; texts as it says them, shortened.
#include "anthropic_request.hpp"
#include "json_file.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <set>
#include <string>
#include <string_view>

namespace capstan::testing {

namespace json = boost::json;

namespace {

using Refusal = std::optional<MessagesRefusal>;

Refusal refuse(std::string message) { return MessagesRefusal(400, std::move(message)); }

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == text.npos; }

bool is_id(std::string_view id) {
    constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    return !id.empty() && id.find_first_not_of(allowed) == id.npos;
}

std::size_t marks_in(const json::value& value) {
    std::size_t count = 0;
    if (const auto* list = value.if_array())
        for (const auto& item : *list) count += marks_in(item);
    if (const auto* object = value.if_object())
        for (const auto& member : *object)
            count += member.key() == "cache_control" ? 1 : marks_in(member.value());
    return count;
}

std::set<std::string> ids_in(const json::object& message, std::string_view type,
                             std::string_view name) {
    std::set<std::string> ids;
    const auto* content = member_at(message, "content");
    if (!content || !content->is_array()) return ids;
    for (const auto& block : content->get_array())
        if (block.is_object() && text_at(block.get_object(), "type") == type)
            ids.insert(text_at(block.get_object(), name));
    return ids;
}

Refusal check_block(const json::object& block, const std::string& place) {
    const auto type = text_at(block, "type");
    if (type.empty()) return refuse(place + ".type: Field required");
    if (type == "text" && is_blank(text_at(block, "text")))
        return refuse(place + ": text content blocks must contain non-whitespace text");
    if (type == "tool_use") {
        const auto* input = member_at(block, "input");
        if (!input || !input->is_object())
            return refuse(place + ".tool_use.input: Input should be a valid dictionary");
        if (!is_id(text_at(block, "id")))
            return refuse(place + ".tool_use.id: String should match pattern");
    }
    if (type == "thinking" && text_at(block, "signature").empty())
        return refuse(place + ".thinking.signature: Field required");
    return std::nullopt;
}

Refusal check_blocks(const json::object& message, const std::string& place) {
    const auto* content = member_at(message, "content");
    if (!content) return refuse(place + ".content: Field required");
    if (content->is_string()) return std::nullopt;
    if (!content->is_array() || content->get_array().empty())
        return refuse(place + ".content: Input should be a valid list");
    bool other = false;
    std::size_t at = 0;
    for (const auto& value : content->get_array()) {
        const auto where = fmt::format("{}.content.{}", place, at++);
        if (!value.is_object()) return refuse(where + ": Input should be an object");
        if (auto refusal = check_block(value.get_object(), where)) return refusal;
        const bool result = text_at(value.get_object(), "type") == "tool_result";
        if (result && other) return refuse(where + ": tool_result blocks must come first");
        other |= !result;
    }
    return std::nullopt;
}

/// Each call has its result in the next message, each result its call in the one before.
Refusal check_pairs(const json::array& messages) {
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const auto calls = ids_in(messages[i].as_object(), "tool_use", "id");
        std::set<std::string> results;
        if (i + 1 < messages.size())
            results = ids_in(messages[i + 1].as_object(), "tool_result", "tool_use_id");
        for (const auto& id : calls)
            if (!results.contains(id))
                return refuse(fmt::format("messages.{}: `tool_use` ids were found without "
                                          "`tool_result` blocks immediately after: {}", i, id));
        for (const auto& id : results)
            if (!calls.contains(id))
                return refuse(fmt::format("messages.{}: unexpected `tool_use_id` found in "
                                          "`tool_result` blocks: {}", i + 1, id));
    }
    return std::nullopt;
}

Refusal check_messages(const json::object& body) {
    const auto* messages = member_at(body, "messages");
    if (!messages || !messages->is_array() || messages->get_array().empty())
        return refuse("messages: at least one message is required");
    std::string before;
    std::size_t at = 0;
    for (const auto& value : messages->get_array()) {
        const auto place = fmt::format("messages.{}", at++);
        if (!value.is_object()) return refuse(place + ": Input should be an object");
        const auto role = text_at(value.get_object(), "role");
        if (role != "user" && role != "assistant")
            return refuse(place + ".role: Unexpected role \"" + role + '"');
        if (before.empty() && role != "user")
            return refuse("messages: first message must use the \"user\" role");
        if (role == before) return refuse("messages: roles must alternate");
        if (auto refusal = check_blocks(value.get_object(), place)) return refusal;
        before = role;
    }
    return check_pairs(messages->get_array());
}

/// With a budget, the turn under way begins with a thought.
Refusal check_loop(const json::array& messages) {
    std::size_t first = messages.size();
    for (std::size_t i = messages.size(); i-- > 0;) {
        const auto& message = messages[i].as_object();
        const bool user = text_at(message, "role") == "user";
        if (user && ids_in(message, "tool_result", "tool_use_id").empty()) break;
        if (!user) first = i;
    }
    if (first == messages.size()) return std::nullopt;
    const auto* content = member_at(messages[first].as_object(), "content");
    if (!content->is_array()) return std::nullopt;
    const auto type = text_at(content->get_array().front().as_object(), "type");
    if (type == "thinking" || type == "redacted_thinking") return std::nullopt;
    return refuse(fmt::format("messages.{}.content.0.type: Expected `thinking` or "
                              "`redacted_thinking`, but found `{}`", first, type));
}

Refusal check_thinking(const json::object& body) {
    const auto* thinking = member_at(body, "thinking");
    if (!thinking || !thinking->is_object()) return std::nullopt;
    const auto type = text_at(thinking->get_object(), "type");
    if (type == "disabled") return std::nullopt;
    const auto* temperature = member_at(body, "temperature");
    if (temperature && temperature->to_number<double>() != 1.0)
        return refuse("`temperature` may only be set to 1 when thinking is enabled");
    const auto* choice = member_at(body, "tool_choice");
    const auto forced = choice && choice->is_object() ? text_at(choice->get_object(), "type") : "";
    if (forced == "any" || forced == "tool")
        return refuse("Thinking may not be enabled when tool_choice forces tool use.");
    if (type != "enabled") return std::nullopt;
    const auto budget = integer_at(thinking->get_object(), "budget_tokens", 0);
    if (budget < 1024)
        return refuse("thinking.enabled.budget_tokens: Input should be greater than or equal to "
                      "1024");
    if (budget >= integer_at(body, "max_tokens", 0))
        return refuse("`max_tokens` must be greater than `thinking.budget_tokens`");
    return check_loop(body.at("messages").as_array());
}

}  // namespace

std::optional<MessagesRefusal> refuse_messages_request(const SimRequest& request,
                                                       bool require_key) {
    const bool has_key = !request.header("x-api-key").empty() ||
                         request.header("authorization").starts_with("Bearer ");
    if (require_key && !has_key) return MessagesRefusal(401, "x-api-key header is required");
    if (request.header("anthropic-version").empty())
        return refuse("anthropic-version: header is required");
    const auto parsed = request.json();
    if (!parsed.is_object()) return refuse("The request body is not valid JSON");
    const auto& body = parsed.get_object();
    if (text_at(body, "model").empty()) return refuse("model: Field required");
    if (integer_at(body, "max_tokens", 0) < 1) return refuse("max_tokens: Field required");
    if (auto refusal = check_messages(body)) return refusal;
    if (marks_in(parsed) > 4)
        return refuse("A maximum of 4 blocks with cache_control may be provided.");
    return check_thinking(body);
}

}  // namespace capstan::testing
