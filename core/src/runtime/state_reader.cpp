#include "runtime/state_reader.hpp"

#include <stdexcept>

namespace capstan::detail {

StateReader::StateReader(const json::value& value, std::string place)
    : object_(value.if_object()), place_(std::move(place)) {
    if (!object_) throw std::invalid_argument(place_ + ": expected an object");
}

const json::value& StateReader::value(std::string_view key) const {
    const auto* found = object_->if_contains(key);
    if (!found) fail(key, "is missing");
    return *found;
}

const json::value* StateReader::maybe_value(std::string_view key) const noexcept {
    return find(*object_, key);
}

StateReader StateReader::object(std::string_view key) const {
    return StateReader(value(key), place(key));
}

const json::array& StateReader::array(std::string_view key) const {
    const auto* array = value(key).if_array();
    if (!array) fail(key, "expected an array");
    return *array;
}

json::object StateReader::plain_object(std::string_view key) const {
    const auto* object = value(key).if_object();
    if (!object) fail(key, "expected an object");
    return *object;
}

std::string StateReader::text(std::string_view key) const {
    const auto* text = value(key).if_string();
    if (!text) fail(key, "expected a text");
    return std::string(*text);
}

bool StateReader::flag(std::string_view key) const {
    const auto* flag = value(key).if_bool();
    if (!flag) fail(key, "expected true or false");
    return *flag;
}

double StateReader::number(std::string_view key) const {
    value(key);
    const auto number = find_number(*object_, key);
    if (!number) fail(key, "expected a number");
    return *number;
}

std::int64_t StateReader::integer(std::string_view key) const {
    const auto number = as_int(value(key));
    if (!number) fail(key, "expected an integer");
    return *number;
}

std::size_t StateReader::count(std::string_view key) const {
    const auto number = integer(key);
    if (number < 0) fail(key, "expected a number that is not negative");
    return static_cast<std::size_t>(number);
}

Money StateReader::money(std::string_view key) const {
    const auto amount = Money::parse(text(key));
    if (!amount) fail(key, "expected an amount of money");
    return *amount;
}

std::chrono::milliseconds StateReader::time(std::string_view key) const {
    return std::chrono::milliseconds(integer(key));
}

std::optional<std::string> StateReader::maybe_text(std::string_view key) const {
    if (!maybe_value(key)) return std::nullopt;
    return text(key);
}

std::optional<std::int64_t> StateReader::maybe_integer(std::string_view key) const {
    if (!maybe_value(key)) return std::nullopt;
    return integer(key);
}

std::optional<Money> StateReader::maybe_money(std::string_view key) const {
    if (!maybe_value(key)) return std::nullopt;
    return money(key);
}

std::optional<std::chrono::milliseconds> StateReader::maybe_time(std::string_view key) const {
    if (!maybe_value(key)) return std::nullopt;
    return time(key);
}

std::string StateReader::place(std::string_view key) const {
    return place_.empty() ? std::string(key) : place_ + "." + std::string(key);
}

std::string StateReader::place(std::string_view key, std::size_t index) const {
    return place(key) + "[" + std::to_string(index) + "]";
}

void StateReader::fail(std::string_view key, std::string_view what) const {
    throw std::invalid_argument(place(key) + ": " + std::string(what));
}

void put(json::object& object, std::string_view key, const std::optional<std::string>& value) {
    if (value) object[key] = *value;
}

void put(json::object& object, std::string_view key, std::optional<std::int64_t> value) {
    if (value) object[key] = *value;
}

void put(json::object& object, std::string_view key, std::optional<Money> value) {
    if (value) object[key] = value->to_string();
}

void put(json::object& object, std::string_view key,
         std::optional<std::chrono::milliseconds> value) {
    if (value) object[key] = value->count();
}

}  // namespace capstan::detail
