#include <capstan/retry.hpp>

#include "base/duration_text.hpp"
#include "net/http_date.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace capstan {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

// Far beyond every ceiling, and far from overflow: what a hostile server may ask for at most.
constexpr double longest_ms = 10.0 * 365 * 24 * 3600 * 1000;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// A finite decimal number that is the whole text; too large ones count as infinite.
std::optional<double> parse_number(std::string_view text) {
    text = trimmed(text);
    if (text.empty() || text.find_first_not_of("0123456789.eE+-") != std::string_view::npos)
        return std::nullopt;
    double value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size() || failed == std::errc::invalid_argument) return {};
    if (failed == std::errc::result_out_of_range)
        return text.find("e-") == text.npos && text.find("E-") == text.npos ? longest_ms : 0.0;
    return value;
}

std::optional<milliseconds> from_ms(double ms) {
    if (!(ms >= 0)) return std::nullopt;
    return milliseconds(static_cast<std::int64_t>(std::ceil(std::min(ms, longest_ms))));
}

std::optional<milliseconds> until(double epoch_ms, system_clock::time_point now) {
    const auto since = std::chrono::duration_cast<milliseconds>(now.time_since_epoch());
    return from_ms(std::max(0.0, epoch_ms - static_cast<double>(since.count())));
}

}  // namespace

milliseconds backoff_delay(const RetryPolicy& policy, int attempt, double random) noexcept {
    const double cap = std::max(0.0, static_cast<double>(policy.max_delay.count()));
    const double base = std::max(0.0, static_cast<double>(policy.base_delay.count()));
    const int doublings = std::clamp(attempt - 1, 0, 62);
    const double delay = std::min(cap, std::ldexp(base, doublings));
    const double chance = random > 0 ? std::min(random, 1.0) : 0.0;  // not a number: zero
    return milliseconds(static_cast<std::int64_t>(std::min(delay, longest_ms) * chance));
}

RetryDecision decide_retry(const RetryPolicy& policy, const ApiError& error, int attempt,
                           milliseconds waited_so_far, double random) {
    RetryDecision decision;
    // What the consumer has seen is final: another try would repeat it.
    if (!error.retryable() || error.phase() == ErrorPhase::mid_stream) return decision;
    if (attempt < 1 || attempt > policy.max_retries) return decision;
    const auto asked = error.info().retry_after.value_or(milliseconds(0));
    decision.delay = std::max(asked, backoff_delay(policy, attempt, random));
    decision.too_long =
        asked > policy.max_server_delay || decision.delay > policy.max_total_delay - waited_so_far;
    decision.retry = !decision.too_long;
    return decision;
}

ErrorInfo refuse_to_wait(ErrorInfo info, const RetryDecision& decision,
                         system_clock::time_point now) {
    const auto when =
        fmt::format("Not retried, because the wait is too long. Try again in {}, at {}.",
                    detail::duration_text(decision.delay), detail::utc_text(now + decision.delay));
    info.remedy = info.remedy.empty() ? when : when + ' ' + info.remedy;
    return info;
}

std::optional<milliseconds> parse_retry_after(std::string_view text, system_clock::time_point now) {
    text = trimmed(text);
    if (const auto seconds = parse_number(text)) return from_ms(*seconds * 1000);
    const auto date = detail::parse_http_date(text, now);
    if (!date) return std::nullopt;
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(*date - now));
}

std::optional<milliseconds> parse_rate_limit_reset(std::string_view text,
                                                   system_clock::time_point now) {
    const auto value = parse_number(text);
    if (!value) return std::nullopt;
    if (*value > 1e11) return until(*value, now);
    if (*value > 1e9) return until(*value * 1000, now);
    return from_ms(*value * 1000);
}

std::optional<milliseconds> retry_after_from_headers(
    const std::function<std::string_view(std::string_view)>& find, system_clock::time_point now) {
    std::optional<milliseconds> wait;
    if (const auto ms = parse_number(find("retry-after-ms"))) wait = from_ms(*ms);
    if (!wait) wait = parse_retry_after(find("retry-after"), now);
    const auto reset = parse_rate_limit_reset(find("x-ratelimit-reset"), now);
    return std::max(wait, reset);  // an absent one is the smaller one
}

}  // namespace capstan
