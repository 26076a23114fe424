#include "agent/agent_run_values.hpp"

#include <capstan/message_writer.hpp>

#include <stdexcept>

namespace capstan {
namespace detail {

json::value content_to_json(const Content& content) {
    if (const auto* text = std::get_if<std::string>(&content)) return json::value(*text);
    json::array parts;
    for (const auto& part : std::get<std::vector<ContentPart>>(content))
        parts.push_back(capstan::to_json(part));
    return parts;
}

Content read_run_content(const StateReader& in, std::string_view key) {
    if (in.value(key).is_string()) return in.text(key);
    std::vector<ContentPart> parts;
    for (const auto& part : in.array(key)) {
        if (!part.is_object()) in.fail(key, "expected an array of objects");
        parts.push_back(content_part_from_json(part.get_object()));
    }
    return parts;
}

json::value message_to_json(const Message& message) {
    MessageFormat format;
    format.complete = true;
    std::string text;
    append_message(text, message, format);
    return parse_json(text);
}

Message read_run_message(const StateReader& in, std::string_view key) {
    try {
        return message_from_json(in.value(key));
    } catch (const ApiError& error) {
        throw std::invalid_argument(in.place(key) + ": " + error.what());
    }
}

AssistantMessage read_answer(const StateReader& in, std::string_view key) {
    auto message = read_run_message(in, key);
    auto* answer = std::get_if<AssistantMessage>(&message);
    if (!answer) in.fail(key, "expected a message of the model");
    return std::move(*answer);
}

UserMessage read_user_message(const json::value& value, const std::string& place) {
    json::object holder;
    holder["message"] = value;
    const json::value held(std::move(holder));
    auto message = read_run_message(StateReader(held, place), "message");
    auto* said = std::get_if<UserMessage>(&message);
    if (!said) throw std::invalid_argument(place + ": expected a message of the user");
    return std::move(*said);
}

json::object check_to_json(const CheckedCall& check) {
    json::object object;
    object["call_id"] = check.call_id;
    object["permission"] = to_string(check.permission);
    object["reason"] = check.reason;
    object["key"] = check.key;
    object["preview"] = check.preview;
    object["exclusive"] = check.exclusive;
    object["repeatable"] = check.repeatable;
    if (check.refused) object["refused"] = capstan::to_json(*check.refused);
    put(object, "arguments", check.arguments);
    return object;
}

CheckedCall read_check(const StateReader& in) {
    CheckedCall check;
    check.call_id = in.text("call_id");
    check.permission = in.word("permission", Permission::ask);
    check.reason = in.text("reason");
    check.key = in.text("key");
    check.preview = in.text("preview");
    check.exclusive = in.flag("exclusive");
    check.repeatable = in.flag("repeatable");
    if (in.maybe_value("refused")) check.refused = read_outcome(in.object("refused"));
    check.arguments = in.maybe_text("arguments");
    return check;
}

ToolOutcome read_outcome(const StateReader& in) {
    ToolOutcome outcome;
    outcome.status = in.word("status", ToolStatus::repeated);
    outcome.content = read_run_content(in, "content");
    if (in.maybe_value("details")) outcome.details = in.plain_object("details");
    outcome.spilled_to = in.maybe_text("spilled_to").value_or("");
    outcome.duration = in.time("duration");
    return outcome;
}

json::object answer_to_json(const ApprovalAnswer& answer) {
    json::object object;
    object["call_id"] = answer.call_id;
    object["fingerprint"] = answer.fingerprint;
    object["allowed"] = answer.allowed;
    object["for_session"] = answer.for_session;
    object["reason"] = answer.reason;
    return object;
}

ApprovalAnswer read_approval_answer(const StateReader& in) {
    ApprovalAnswer answer;
    answer.call_id = in.text("call_id");
    answer.fingerprint = in.text("fingerprint");
    answer.allowed = in.flag("allowed");
    answer.for_session = in.flag("for_session");
    answer.reason = in.text("reason");
    return answer;
}

json::object model_to_json(const run_event::ModelKnown& model) {
    json::object object;
    put(object, "context_length", model.context_length);
    put(object, "max_output", model.max_output);
    put(object, "input_price", model.input_price);
    put(object, "output_price", model.output_price);
    return object;
}

run_event::ModelKnown read_model(const StateReader& in) {
    run_event::ModelKnown model;
    model.context_length = in.maybe_integer("context_length");
    model.max_output = in.maybe_integer("max_output");
    model.input_price = in.maybe_money("input_price");
    model.output_price = in.maybe_money("output_price");
    return model;
}

}  // namespace detail

json::object to_json(const ToolOutcome& outcome) {
    json::object object;
    object["status"] = to_string(outcome.status);
    object["content"] = detail::content_to_json(outcome.content);
    if (!outcome.details.empty()) object["details"] = outcome.details;
    if (!outcome.spilled_to.empty()) object["spilled_to"] = outcome.spilled_to;
    object["duration"] = outcome.duration.count();
    return object;
}

ToolOutcome tool_outcome_from_json(const json::value& value) {
    return detail::read_outcome(detail::StateReader(value, "outcome"));
}

}  // namespace capstan
