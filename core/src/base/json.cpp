#include <capstan/json.hpp>

#include <cmath>

namespace capstan {

const json::value* find(const json::object& object, std::string_view key) noexcept {
    const json::value* const value = object.if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
}

const json::object* find_object(const json::object& object, std::string_view key) noexcept {
    const json::value* const value = object.if_contains(key);
    return value == nullptr ? nullptr : value->if_object();
}

const json::array* find_array(const json::object& object, std::string_view key) noexcept {
    const json::value* const value = object.if_contains(key);
    return value == nullptr ? nullptr : value->if_array();
}

std::optional<std::string_view> find_string(const json::object& object,
                                            std::string_view key) noexcept {
    const json::value* const value = object.if_contains(key);
    const json::string* const text = value == nullptr ? nullptr : value->if_string();
    if (text == nullptr) return std::nullopt;
    return std::string_view(text->data(), text->size());
}

std::optional<std::int64_t> find_int(const json::object& object, std::string_view key) noexcept {
    const json::value* const value = object.if_contains(key);
    return value == nullptr ? std::nullopt : as_int(*value);
}

std::optional<double> find_number(const json::object& object, std::string_view key) noexcept {
    const json::value* const value = object.if_contains(key);
    if (value == nullptr) return std::nullopt;
    if (const auto* number = value->if_double()) return *number;
    if (const auto* number = value->if_int64()) return static_cast<double>(*number);
    if (const auto* number = value->if_uint64()) return static_cast<double>(*number);
    return std::nullopt;
}

std::optional<bool> find_bool(const json::object& object, std::string_view key) noexcept {
    const json::value* const value = object.if_contains(key);
    const bool* const flag = value == nullptr ? nullptr : value->if_bool();
    return flag == nullptr ? std::nullopt : std::optional(*flag);
}

std::optional<std::int64_t> as_int(const json::value& value) noexcept {
    if (const auto* number = value.if_int64()) return *number;
    const double* const number = value.if_double();
    // The parser makes uint64 of what is beyond int64 only, but a program may make any.
    if (const auto* large = value.if_uint64(); large != nullptr && *large <= INT64_MAX) {
        return static_cast<std::int64_t>(*large);
    }
    if (number == nullptr || *number != std::trunc(*number)) return std::nullopt;
    if (*number < -0x1p63 || *number >= 0x1p63) return std::nullopt;
    return static_cast<std::int64_t>(*number);
}

}  // namespace capstan
