#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace capstan::composition {

/// Amounts in the last minute. Pure; the times that it is given may go backwards (a clock that was
/// set), which is taken as no time at all.
class RateWindow {
public:
    using TimePoint = std::chrono::system_clock::time_point;
    using Id = std::uint64_t;

    static constexpr std::chrono::milliseconds length{60'000};

    /// Adds an amount, to be corrected later by its id.
    Id add(TimePoint now, std::int64_t amount);
    /// Corrects an amount, if it still counts.
    void correct(Id id, std::int64_t amount);

    /// How long until `amount` more fits below `limit`; zero: now. A larger amount than the limit
    /// fits when the window is empty.
    std::chrono::milliseconds wait_for(TimePoint now, std::int64_t amount, std::int64_t limit);

    std::int64_t total(TimePoint now);

private:
    struct Entry {
        Id id;
        TimePoint time;
        std::int64_t amount;
    };

    void advance(TimePoint now);

    std::deque<Entry> entries_;
    TimePoint last_{};
    std::int64_t total_ = 0;
    Id next_id_ = 0;
};

}  // namespace capstan::composition
