#include "base/json_place.hpp"

#include <capstan/error.hpp>

namespace capstan {

std::string_view kind_name(const json::value* value) noexcept {
    if (!value) return "nothing";
    switch (value->kind()) {
        case json::kind::null: return "null";
        case json::kind::bool_: return "a boolean";
        case json::kind::int64:
        case json::kind::uint64:
        case json::kind::double_: return "a number";
        case json::kind::string: return "a string";
        case json::kind::array: return "an array";
        case json::kind::object: return "an object";
    }
    return "a value";
}

void fail_at(std::string_view place, std::string_view expected, const json::value* found) {
    std::string message(place);
    message += ": expected ";
    message += expected;
    message += ", found ";
    message += kind_name(found);
    throw ApiError(ErrorKind::invalid_request, std::move(message));
}

std::string place_at(std::string_view place, std::size_t index) {
    return std::string(place) + '[' + std::to_string(index) + ']';
}

std::string place_of(std::string_view place, std::string_view member) {
    if (place.empty()) return std::string(member);
    return std::string(place) + '.' + std::string(member);
}

const json::object& expect_object(const json::value& value, std::string_view place) {
    if (const auto* object = value.if_object()) return *object;
    fail_at(place, "an object", &value);
}

const json::array& expect_array(const json::value& value, std::string_view place) {
    if (const auto* array = value.if_array()) return *array;
    fail_at(place, "an array", &value);
}

std::string read_text(const json::object& object, std::string_view name, std::string_view place,
                      bool required) {
    const json::value* value = find(object, name);
    if (value && value->is_string()) return std::string(value->get_string());
    if (!required && (!value || value->is_null())) return {};
    fail_at(place_of(place, name), "a string", value);
}

}  // namespace capstan
