#include "chat_answer.hpp"

#include "answer_text.hpp"
#include "catalogue.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace capstan::testing {

namespace json = boost::json;

namespace {

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

const json::value* member(const json::object& object, std::string_view name) {
    return object.if_contains(view(name));
}

std::string text_member(const json::object& object, std::string_view name) {
    const auto* value = member(object, name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string content_text(const json::object& message) {
    const auto* content = member(message, "content");
    if (content && content->is_string()) return std::string(content->get_string());
    std::string text;
    if (content && content->is_array())
        for (const auto& part : content->get_array())
            if (part.is_object()) text += text_member(part.get_object(), "text");
    return text;
}

const json::object* last_message(const json::object& body) {
    const auto* messages = member(body, "messages");
    if (!messages || !messages->is_array() || messages->get_array().empty()) return nullptr;
    return messages->get_array().back().if_object();
}

bool wants_reasoning(const json::object& body) {
    if (const auto effort = text_member(body, "reasoning_effort"); !effort.empty())
        return effort != "none";
    if (const auto* include = member(body, "include_reasoning"))
        return include->is_bool() && include->get_bool();
    const auto* reasoning = member(body, "reasoning");
    if (!reasoning || !reasoning->is_object()) return false;
    const auto& wish = reasoning->get_object();
    const auto is = [&](std::string_view name, bool value) {
        const auto* found = member(wish, name);
        return found && found->is_bool() && found->get_bool() == value;
    };
    return text_member(wish, "effort") != "none" && !is("enabled", false) && !is("exclude", true);
}

/// The tool that tool_choice forces, or an empty text.
std::string forced_tool(const json::object& body) {
    const auto* choice = member(body, "tool_choice");
    const auto* tools = member(body, "tools");
    if (!choice || !tools || !tools->is_array() || tools->get_array().empty()) return {};
    const auto name_in = [](const json::value& holder) {
        const auto* object = holder.if_object();
        const auto* function = object ? member(*object, "function") : nullptr;
        return function && function->is_object() ? text_member(function->get_object(), "name")
                                                 : std::string();
    };
    if (choice->is_object()) return name_in(*choice);
    const bool required = choice->is_string() && choice->get_string() == "required";
    return required ? name_in(tools->get_array().front()) : std::string();
}

std::string nano_usd_text(std::int64_t nano) {
    auto text = fmt::format("{}.{:09}", nano / 1'000'000'000, nano % 1'000'000'000);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

std::string reply_to(const json::object& message) {
    const auto said = content_text(message);
    if (text_member(message, "role") == "tool")
        return fmt::format("The tool said: {}", said.empty() ? "nothing" : said);
    return fmt::format(
        "Hello! I am the simulator: a local stand-in for a model, so this answer came without "
        "a key, without the network and without cost. You asked: \"{}\"",
        said);
}

void set_usage(Answer& answer, const json::object& body) {
    answer.usage.prompt_tokens = 4;
    if (const auto* messages = member(body, "messages"); messages && messages->is_array())
        for (const auto& message : messages->get_array())
            if (message.is_object())
                answer.usage.prompt_tokens += 3 + token_count(content_text(message.get_object()));
    answer.usage.reasoning_tokens = token_count(answer.reasoning);
    answer.usage.completion_tokens = token_count(answer.text) + answer.usage.reasoning_tokens;
    for (const auto& call : answer.tool_calls)
        answer.usage.completion_tokens += 8 + token_count(call.arguments);
    const auto prices = prices_of(answer.model);
    answer.usage.cost = nano_usd_text(answer.usage.prompt_tokens * prices.prompt +
                                      answer.usage.completion_tokens * prices.completion);
}

}  // namespace

std::int64_t token_count(std::string_view text) {
    return static_cast<std::int64_t>((text.size() + 3) / 4);
}

Answer chat_answer(const json::object& body, const std::string& model) {
    Answer answer;
    answer.model = model;
    const auto* message = last_message(body);
    const auto tool = forced_tool(body);
    if (!tool.empty() && message && text_member(*message, "role") != "tool")
        answer.tool_calls.emplace_back("call_" + new_generation_id().substr(15), tool, "{}");
    else if (message)
        answer.text = reply_to(*message);
    else
        answer.text = reply_to(json::object{{"content", text_member(body, "prompt")}});
    if (wants_reasoning(body))
        answer.reasoning = "The user wants an answer. I am the simulator, so I say what I am and "
                           "repeat the question.";
    set_usage(answer, body);
    return answer;
}

json::object generation_data(const Answer& answer, const SimRequest& request) {
    const auto number = [](const std::string& text) {
        return text.empty() ? json::value(nullptr) : json::value(std::stod(text));
    };
    json::object data;
    data["id"] = answer.id;
    data["api_type"] = "completions";
    data["model"] = answer.model;
    data["provider_name"] = answer.provider;
    data["created_at"] = "2026-01-01T00:00:00.000Z";
    data["total_cost"] = number(answer.usage.cost.empty() ? "0" : answer.usage.cost);
    data["usage"] = data["total_cost"];
    data["upstream_inference_cost"] = number(answer.usage.upstream_cost);
    data["cache_discount"] = nullptr;
    data["is_byok"] = answer.usage.is_byok;
    data["tokens_prompt"] = answer.usage.prompt_tokens;
    data["tokens_completion"] = answer.usage.completion_tokens;
    data["native_tokens_prompt"] = answer.usage.prompt_tokens;
    data["native_tokens_completion"] = answer.usage.completion_tokens;
    data["native_tokens_reasoning"] = answer.usage.reasoning_tokens;
    data["native_tokens_cached"] = answer.usage.cached_tokens;
    data["native_tokens_completion_images"] = nullptr;
    data["finish_reason"] = answer.tool_calls.empty() ? "stop" : "tool_calls";
    data["native_finish_reason"] = data["finish_reason"];
    data["latency"] = 1;
    data["generation_time"] = 1;
    data["moderation_latency"] = nullptr;
    data["streamed"] = request.wants_stream();
    data["cancelled"] = false;
    data["origin"] = "";
    data["router"] = nullptr;
    data["service_tier"] = nullptr;
    data["upstream_id"] = nullptr;
    data["provider_responses"] = json::array();
    return data;
}

}  // namespace capstan::testing
