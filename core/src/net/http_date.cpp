#include "net/http_date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <vector>

namespace capstan::detail {
namespace {

using std::chrono::system_clock;

constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Words between blanks, commas and hyphens.
std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    constexpr std::string_view separators = " ,-\t";
    for (std::size_t at = text.find_first_not_of(separators); at != std::string_view::npos;) {
        const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
        words.push_back(text.substr(at, end - at));
        at = text.find_first_not_of(separators, end);
    }
    return words;
}

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

std::optional<unsigned> month_number(std::string_view text) {
    for (std::size_t i = 0; i < month_names.size(); ++i)
        if (text == month_names[i]) return static_cast<unsigned>(i + 1);
    return std::nullopt;
}

std::optional<std::chrono::seconds> time_of_day(std::string_view text) {
    if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
    const auto h = number(text.substr(0, 2)), m = number(text.substr(3, 2));
    const auto s = number(text.substr(6, 2));
    if (!h || !m || !s || *h > 23 || *m > 59 || *s > 60) return std::nullopt;
    return std::chrono::hours(*h) + std::chrono::minutes(*m) + std::chrono::seconds(*s);
}

int full_year(std::string_view text, int year, system_clock::time_point now) {
    if (text.size() != 2) return year;
    const auto today = std::chrono::floor<std::chrono::days>(now);
    const int this_year = int{std::chrono::year_month_day{today}.year()};
    const int candidate = this_year / 100 * 100 + year;
    return candidate > this_year + 50 ? candidate - 100 : candidate;
}

std::optional<system_clock::time_point> make_time(std::string_view day, std::string_view month,
                                                  std::string_view year, std::string_view clock,
                                                  system_clock::time_point now) {
    const auto d = number(day), y = number(year);
    const auto m = month_number(month);
    const auto t = time_of_day(clock);
    if (!d || !y || !m || !t || (year.size() != 2 && year.size() != 4)) return std::nullopt;
    // The clock counts nanoseconds and ends in 2262.
    const int in_range = std::clamp(full_year(year, *y, now), 1970, 2200);
    const std::chrono::year_month_day date{std::chrono::year{in_range}, std::chrono::month{*m},
                                           std::chrono::day{static_cast<unsigned>(*d)}};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days{date} + *t;
}

}  // namespace

std::optional<system_clock::time_point> parse_http_date(std::string_view text,
                                                        system_clock::time_point now) {
    const auto words = words_of(text);
    if (words.size() == 6 && (words[5] == "GMT" || words[5] == "UTC"))
        return make_time(words[1], words[2], words[3], words[4], now);
    if (words.size() == 5) return make_time(words[2], words[1], words[4], words[3], now);
    return std::nullopt;
}

}  // namespace capstan::detail
