#pragma once

#include <cstdint>
#include <limits>

namespace capstan::composition {

/// `a + b`, or the largest or smallest number there is: servers may say any figures. Pure.
inline std::int64_t saturating_sum(std::int64_t a, std::int64_t b) noexcept {
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    using Limits = std::numeric_limits<std::int64_t>;
    return a < 0 ? Limits::min() : Limits::max();
}

}  // namespace capstan::composition
