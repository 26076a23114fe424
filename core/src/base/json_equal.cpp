#include "base/json_equal.hpp"

#include <algorithm>

namespace capstan::detail {

namespace {

/// Exact for every kind where long double has 64 bits of precision, as on x86.
long double as_number(const json::value& value) noexcept {
    if (const auto* number = value.if_int64()) return static_cast<long double>(*number);
    if (const auto* number = value.if_uint64()) return static_cast<long double>(*number);
    return value.get_double();
}

bool equal_arrays(const json::array& a, const json::array& b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), json_equal);
}

bool equal_objects(const json::object& a, const json::object& b) noexcept {
    if (a.size() != b.size()) return false;
    return std::all_of(a.begin(), a.end(), [&b](const auto& member) {
        const json::value* other = b.if_contains(member.key());
        return other && json_equal(member.value(), *other);
    });
}

}  // namespace

int compare_numbers(const json::value& a, const json::value& b) noexcept {
    if (a.is_int64() && b.is_int64()) {
        return a.get_int64() < b.get_int64() ? -1 : a.get_int64() > b.get_int64();
    }
    const long double x = as_number(a);
    const long double y = as_number(b);
    return x < y ? -1 : x > y;
}

bool json_equal(const json::value& a, const json::value& b) noexcept {
    if (a.is_number() && b.is_number()) return compare_numbers(a, b) == 0;
    if (a.kind() != b.kind()) return false;
    if (a.is_array()) return equal_arrays(a.get_array(), b.get_array());
    if (a.is_object()) return equal_objects(a.get_object(), b.get_object());
    return a == b;
}

}  // namespace capstan::detail
