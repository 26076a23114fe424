#pragma once

#include <algorithm>
#include <chrono>

namespace capstan::composition {

/// Longer times count as this one: sums with a clock's time cannot overflow.
inline constexpr std::chrono::milliseconds longest_time = std::chrono::hours(24 * 365 * 100);

/// A time in which nothing is done. Pure; the times that it is given may go backwards (a clock that
/// was set), which is taken as no time at all.
class Pause {
public:
    using TimePoint = std::chrono::system_clock::time_point;

    /// At least until `time` after `now`.
    void extend(TimePoint now, std::chrono::milliseconds time) {
        advance(now);
        until_ = std::max(until_, now + std::min(time, longest_time));
    }

    /// What is left of it.
    std::chrono::milliseconds rest(TimePoint now) {
        advance(now);
        return std::chrono::ceil<std::chrono::milliseconds>(std::max(until_, now) - now);
    }

private:
    void advance(TimePoint now) {
        if (now < last_) until_ -= last_ - now;
        last_ = now;
    }

    TimePoint last_{};
    TimePoint until_{};
};

}  // namespace capstan::composition
