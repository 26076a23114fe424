#include <capstan/retry.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <limits>
#include <map>
#include <string>

using namespace capstan;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Wait = std::optional<milliseconds>;

namespace {

// Sun, 06 Nov 1994 08:49:37 GMT
const std::chrono::system_clock::time_point then{784'111'777s};

Wait from_headers(const std::map<std::string, std::string, std::less<>>& headers,
                  std::chrono::system_clock::time_point now = then) {
    return retry_after_from_headers(
        [&](std::string_view name) {
            const auto found = headers.find(name);
            return found == headers.end() ? std::string_view() : std::string_view(found->second);
        },
        now);
}

ApiError failure(Wait retry_after = {}, bool retryable = true,
                 ErrorPhase phase = ErrorPhase::before_first_chunk) {
    ErrorInfo info;
    info.summary = "It failed";
    info.retryable = retryable;
    info.phase = phase;
    info.retry_after = retry_after;
    return ApiError(info);
}

}  // namespace

TEST_CASE("backoff is full jitter below a doubling, capped delay") {
    RetryPolicy policy;
    const milliseconds caps[] = {1s, 2s, 4s, 8s, 10s, 10s};
    for (int attempt = 1; attempt <= 6; ++attempt) {
        CHECK(backoff_delay(policy, attempt, 0.0) == 0ms);
        CHECK(backoff_delay(policy, attempt, 0.5) == caps[attempt - 1] / 2);
        CHECK(backoff_delay(policy, attempt, 1.0) == caps[attempt - 1]);
    }
}

TEST_CASE("backoff survives hostile settings") {
    RetryPolicy policy;
    CHECK(backoff_delay(policy, 1'000'000, 1.0) == 10s);
    CHECK(backoff_delay(policy, std::numeric_limits<int>::max(), 0.25) == 2500ms);
    CHECK(backoff_delay(policy, 0, 1.0) == 1s);
    CHECK(backoff_delay(policy, -7, 1.0) == 1s);
    CHECK(backoff_delay(policy, 1, std::nan("")) == 0ms);
    CHECK(backoff_delay(policy, 1, -1) == 0ms);
    CHECK(backoff_delay(policy, 1, 99) == 1s);
    policy.base_delay = -1s;
    CHECK(backoff_delay(policy, 3, 1.0) == 0ms);
    policy.base_delay = milliseconds::max();
    policy.max_delay = milliseconds::max();
    CHECK(backoff_delay(policy, 60, 1.0) > 24h);
    policy.max_delay = -1s;
    CHECK(backoff_delay(policy, 1, 1.0) == 0ms);
}

TEST_CASE("max_retries counts the tries after the first one") {
    RetryPolicy policy;
    for (int attempt = 1; attempt <= 3; ++attempt)
        CHECK(decide_retry(policy, failure(), attempt, 0ms, 0.5).retry);
    const auto last = decide_retry(policy, failure(), 4, 0ms, 0.5);
    CHECK_FALSE(last.retry);
    CHECK_FALSE(last.too_long);
    policy.max_retries = 0;
    CHECK_FALSE(decide_retry(policy, failure(), 1, 0ms, 0.5).retry);
    policy.max_retries = -1;
    CHECK_FALSE(decide_retry(policy, failure(), 1, 0ms, 0.5).retry);
}

TEST_CASE("pitfall 7: what is not retryable, or came after a delivered chunk, is never retried") {
    const RetryPolicy policy;
    CHECK_FALSE(decide_retry(policy, failure({}, false), 1, 0ms, 0.5).retry);
    const auto late = failure(1s, true, ErrorPhase::mid_stream);
    CHECK_FALSE(decide_retry(policy, late, 1, 0ms, 0.5).retry);
    CHECK_FALSE(decide_retry(policy, late, 1, 0ms, 0.5).too_long);
}

TEST_CASE("the wait is the longer of the server's and our own") {
    const RetryPolicy policy;
    CHECK(decide_retry(policy, failure(), 1, 0ms, 0.25).delay == 250ms);
    CHECK(decide_retry(policy, failure(3s), 1, 0ms, 0.25).delay == 3s);
    CHECK(decide_retry(policy, failure(3s), 3, 0ms, 1.0).delay == 4s);
    CHECK(decide_retry(policy, failure(0ms), 2, 0ms, 0.5).delay == 1s);
}

TEST_CASE("user problem 12: a wait above a ceiling is refused and says when to try again") {
    const RetryPolicy policy;
    CHECK(decide_retry(policy, failure(60s), 1, 0ms, 0).retry);
    const auto refused = decide_retry(policy, failure(60001ms), 1, 0ms, 0);
    CHECK_FALSE(refused.retry);
    CHECK(refused.too_long);

    CHECK(decide_retry(policy, failure(60s), 3, 120s, 0).retry);
    CHECK(decide_retry(policy, failure(60s), 3, 120001ms, 0).too_long);

    const auto decision = decide_retry(policy, failure(3h + 20min), 1, 0ms, 0);
    REQUIRE(decision.too_long);
    auto info = failure(3h + 20min).info();
    info.remedy = "Send fewer requests.";
    const ApiError error(refuse_to_wait(info, decision, then));
    CHECK(std::string(error.what()) ==
          "It failed. Not retried, because the wait is too long. Try again in 3 h 20 min, at "
          "1994-11-06 12:09:37 UTC. Send fewer requests.");
}

TEST_CASE("retry-after is read as seconds, fractions, and a date in the three formats of HTTP") {
    struct {
        const char* text;
        Wait wait;
    } const rows[] = {
        {"0", 0ms},
        {"20", 20s},
        {" 20 ", 20s},
        {"0.01", 10ms},
        {"1.5", 1500ms},
        {"1e1", 10s},
        {"0.0001", 1ms},
        {"Sun, 06 Nov 1994 08:50:00 GMT", 23s},
        {"Sunday, 06-Nov-94 08:50:00 GMT", 23s},
        {"Sun Nov  6 08:50:00 1994", 23s},
        {"Sun Nov 16 08:49:37 1994", 240h},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 0ms},
        {"Sun, 06 Nov 1983 08:49:37 GMT", 0ms},
        {"", {}},
        {"-1", {}},
        {"-0.5", {}},
        {"nan", {}},
        {"inf", {}},
        {"-inf", {}},
        {"soon", {}},
        {"20 seconds", {}},
        {"0x10", {}},
        {"1,5", {}},
        {"1.2.3", {}},
        {"+", {}},
        {"Sun, 31 Feb 1994 08:50:00 GMT", {}},
        {"Sun, 06 Foo 1994 08:50:00 GMT", {}},
        {"Sun, 06 Nov 1994 25:50:00 GMT", {}},
        {"Sun, 06 Nov 1994 08:50:00 CET", {}},
        {"Sun, 06 Nov 194 08:50:00 GMT", {}},
    };
    for (const auto& row : rows) {
        INFO(row.text);
        CHECK(parse_retry_after(row.text, then) == row.wait);
    }
}

TEST_CASE("hostile waits are bounded, far above every ceiling") {
    for (const auto* text : {"1e300", "99999999999999999999999999", "1e999", "9999999999999",
                             "Fri, 31 Dec 9999 23:59:59 GMT"}) {
        INFO(text);
        const auto wait = parse_retry_after(text, then);
        REQUIRE(wait);
        CHECK(*wait > 24h * 365);
        CHECK(decide_retry(RetryPolicy(), failure(wait), 1, 0ms, 1).too_long);
        CHECK_FALSE(
            std::string(refuse_to_wait(failure(wait).info(),
                                       decide_retry(RetryPolicy(), failure(wait), 1, 0ms, 1), then)
                            .remedy)
                .empty());
    }
    CHECK(parse_retry_after("1e-999", then) == 0ms);
}

TEST_CASE("a year of two digits is the nearest one that is not 50 years ahead") {
    const std::chrono::system_clock::time_point in_2026{1'790'000'000s};
    CHECK(*parse_retry_after("Sunday, 06-Nov-94 08:50:00 GMT", in_2026) == 0ms);
    CHECK(*parse_retry_after("Sunday, 06-Nov-30 08:50:00 GMT", in_2026) > 24h * 365);
}

TEST_CASE("user problem 12, pitfall 24: the unit of x-ratelimit-reset is told by its magnitude") {
    const std::chrono::system_clock::time_point now{1'759'671'175s};
    CHECK(parse_rate_limit_reset("1759671180000", now) == 5s);
    CHECK(parse_rate_limit_reset("1759671180", now) == 5s);
    CHECK(parse_rate_limit_reset("1759671180.5", now) == 5500ms);
    CHECK(parse_rate_limit_reset("5", now) == 5s);
    CHECK(parse_rate_limit_reset("0.25", now) == 250ms);
    CHECK(parse_rate_limit_reset("1759671170000", now) == 0ms);
    CHECK(parse_rate_limit_reset("1759671170", now) == 0ms);
    CHECK(parse_rate_limit_reset("0", now) == 0ms);
    CHECK(parse_rate_limit_reset("-5", now) == Wait());
    CHECK(parse_rate_limit_reset("nan", now) == Wait());
    CHECK(parse_rate_limit_reset("", now) == Wait());
    CHECK(parse_rate_limit_reset("later", now) == Wait());
    CHECK(*parse_rate_limit_reset("1e300", now) > 24h * 365);
}

TEST_CASE("the headers of one answer: the precise one counts, the later reset wins") {
    CHECK(from_headers({}) == Wait());
    CHECK(from_headers({{"retry-after-ms", "1500"}, {"retry-after", "2"}}) == 1500ms);
    CHECK(from_headers({{"retry-after-ms", "0.4"}}) == 1ms);
    CHECK(from_headers({{"retry-after-ms", "-3"}, {"retry-after", "2"}}) == 2s);
    CHECK(from_headers({{"retry-after-ms", "x"}, {"retry-after", "y"}}) == Wait());
    CHECK(from_headers({{"retry-after", "2"}, {"x-ratelimit-reset", "784111787000"}}) == 10s);
    CHECK(from_headers({{"retry-after", "20"}, {"x-ratelimit-reset", "784111787000"}}) == 20s);
    CHECK(from_headers({{"x-ratelimit-reset", "784111787000"}}) == 10s);
    CHECK(from_headers({{"x-ratelimit-reset", "784111700000"}}) == 0ms);
}
