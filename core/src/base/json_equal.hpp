#pragma once

#include <capstan/json.hpp>

namespace capstan::detail {

/// Less than, equal to or greater than zero, as `a` is to `b`. Both are numbers, of any kind.
int compare_numbers(const json::value& a, const json::value& b) noexcept;

/// As JSON schema has it: 1 equals 1.0, the order of members does not count.
bool json_equal(const json::value& a, const json::value& b) noexcept;

}  // namespace capstan::detail
