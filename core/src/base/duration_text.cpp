#include "base/duration_text.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace capstan::detail {
namespace {

std::string two_units(std::int64_t big, const char* big_unit, std::int64_t small,
                      const char* small_unit) {
    if (small == 0) return fmt::format("{} {}", big, big_unit);
    return fmt::format("{} {} {} {}", big, big_unit, small, small_unit);
}

}  // namespace

std::string duration_text(std::chrono::milliseconds duration) {
    const std::int64_t ms = duration.count() < 0 ? 0 : duration.count();
    if (ms < 1000) return fmt::format("{} ms", ms);
    if (ms < 10'000 && ms % 1000 != 0)
        return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000);
    const std::int64_t s = ms / 1000 + (ms % 1000 != 0 ? 1 : 0);
    if (s < 60) return fmt::format("{} s", s);
    if (s < 3600) return two_units(s / 60, "min", s % 60, "s");
    const std::int64_t minutes = s / 60 + (s % 60 != 0 ? 1 : 0);
    if (minutes < 24 * 60) return two_units(minutes / 60, "h", minutes % 60, "min");
    return two_units(minutes / (24 * 60), "d", minutes % (24 * 60) / 60, "h");
}

std::string utc_text(std::chrono::system_clock::time_point time) {
    using namespace std::chrono;
    const auto whole = ceil<seconds>(time);
    const auto day = floor<days>(whole);
    const year_month_day date{day};
    const hh_mm_ss clock{whole - day};
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC", int{date.year()},
                       unsigned{date.month()}, unsigned{date.day()}, clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count());
}

}  // namespace capstan::detail
