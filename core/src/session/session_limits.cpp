#include "session/session_limits.hpp"

#include <stdexcept>

namespace capstan::detail {
namespace {

json::value number_or_null(std::optional<std::int64_t> number) {
    return number ? json::value(*number) : json::value(nullptr);
}

/// The member must be there: an absent one is no "no limit".
std::optional<std::int64_t> read_number(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    const auto number = value ? as_int(*value) : std::nullopt;
    if (!number && (!value || !value->is_null())) {
        throw std::invalid_argument("limits." + std::string(key) + " is no number");
    }
    return number;
}

std::optional<Money> read_money(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (value && value->is_null()) return std::nullopt;
    const auto text = find_string(object, key);
    const auto amount = text ? Money::parse(*text) : std::nullopt;
    if (!amount) throw std::invalid_argument("limits." + std::string(key) + " is no amount");
    return amount;
}

std::optional<std::chrono::milliseconds> read_time(const json::object& object,
                                                   std::string_view key) {
    const auto number = read_number(object, key);
    if (!number) return std::nullopt;
    return std::chrono::milliseconds(*number);
}

}  // namespace

json::object limits_to_json(const AgentLimits& limits) {
    const auto time = limits.max_time();
    const auto cost = limits.max_cost();
    json::object object;
    object["max_steps"] = number_or_null(limits.max_steps());
    object["max_tool_calls"] = number_or_null(limits.max_tool_calls());
    object["max_time"] = time ? json::value(time->count()) : json::value(nullptr);
    object["max_tokens"] = number_or_null(limits.max_tokens());
    object["max_cost"] = cost ? json::value(cost->to_string()) : json::value(nullptr);
    object["max_failed_steps"] = number_or_null(limits.max_failed_steps());
    object["max_bad_calls"] = number_or_null(limits.max_bad_calls());
    object["final_answer"] = limits.final_answer();
    return object;
}

AgentLimits limits_from_json(const json::value& value) {
    const auto* object = value.if_object();
    if (!object) throw std::invalid_argument("limits is no object");
    AgentLimits limits;
    limits.max_steps(read_number(*object, "max_steps"));
    limits.max_tool_calls(read_number(*object, "max_tool_calls"));
    limits.max_time(read_time(*object, "max_time"));
    limits.max_tokens(read_number(*object, "max_tokens"));
    limits.max_cost(read_money(*object, "max_cost"));
    limits.max_failed_steps(read_number(*object, "max_failed_steps"));
    limits.max_bad_calls(read_number(*object, "max_bad_calls"));
    limits.final_answer(find_bool(*object, "final_answer").value_or(false));
    return limits;
}

}  // namespace capstan::detail
