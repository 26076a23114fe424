#pragma once

#include <capstan/error.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace capstan {

/// How often and how long to wait. `max_retries` counts the tries after the first one.
struct RetryPolicy {
    RetryPolicy() = default;

    int max_retries = 3;
    std::chrono::milliseconds base_delay{1000};
    std::chrono::milliseconds max_delay{10'000};  ///< cap of our own, jittered delay

    /// What a server may ask for; a longer wait ends in an error that says when to try again.
    std::chrono::milliseconds max_server_delay{60'000};
    std::chrono::milliseconds max_total_delay{180'000};  ///< of all waits of one call together
};
static_assert(!std::is_aggregate_v<RetryPolicy>);

/// Called before each wait, on the consumer's executor: attempt (from 1), max_retries, the delay
/// about to be waited, and what went wrong. What it throws is contained.
using RetryCallback = std::function<void(int attempt, int max_retries,
                                         std::chrono::milliseconds delay, const ApiError& error)>;

/// Full jitter: random * min(max_delay, base_delay * 2^(attempt-1)), attempt from 1.
std::chrono::milliseconds backoff_delay(const RetryPolicy& policy, int attempt,
                                        double random) noexcept;

/// What the retry loop does next.
struct RetryDecision {
    RetryDecision() = default;

    bool retry = false;
    std::chrono::milliseconds delay{0};  ///< the wait; also set when it is too long
    bool too_long = false;  ///< not retried because the wait would pass a ceiling
};
static_assert(!std::is_aggregate_v<RetryDecision>);

/// Pure: whether the `attempt`-th failure (from 1) is followed by another try, and after how long.
/// The delay is the larger of what the server asked for and our own backoff.
RetryDecision decide_retry(const RetryPolicy& policy, const ApiError& error, int attempt,
                           std::chrono::milliseconds waited_so_far, double random);

/// What an error becomes when the wait it asks for is too long: the same facts, with a remedy that
/// says when to try again, both as a duration and as a time of day.
ErrorInfo refuse_to_wait(ErrorInfo info, const RetryDecision& decision,
                         std::chrono::system_clock::time_point now);

/// Reads `retry-after-ms` / `retry-after` (seconds, fractions, HTTP date) / `x-ratelimit-reset`
/// (epoch milliseconds, seconds, or a delta, told apart by magnitude); a time past is zero. The
/// first two say the same, the more precise one counts; the third one counts when it is later.
/// Values that are no time (negative, not a number, words) count as absent.
/// `find` gives the value of a header by its lower-case name, or an empty text.
std::optional<std::chrono::milliseconds> retry_after_from_headers(
    const std::function<std::string_view(std::string_view)>& find,
    std::chrono::system_clock::time_point now);

/// One value of a reset header, as above.
std::optional<std::chrono::milliseconds> parse_rate_limit_reset(
    std::string_view text, std::chrono::system_clock::time_point now);

/// One value of `retry-after`, as above.
std::optional<std::chrono::milliseconds> parse_retry_after(
    std::string_view text, std::chrono::system_clock::time_point now);

}  // namespace capstan
