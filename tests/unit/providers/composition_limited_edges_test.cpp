#include "composition_fixture.hpp"

#include "composition/pause.hpp"

#include <capstan/providers/fallback_handler.hpp>
#include <capstan/providers/limited_handler.hpp>

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <limits>
#include <random>
#include <utility>

using namespace capstan;
using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto most = std::numeric_limits<std::int64_t>::max();

ScriptedAnswer tokens(std::int64_t count) {
    Usage usage;
    usage.source = UsageSource::stream;
    usage.input_tokens = count;
    usage.output_tokens = count;
    usage.cache_read_tokens = count;
    usage.cache_write_tokens = count;
    return ScriptedAnswer().text("x").usage(usage);
}

ScriptedAnswer refused(std::chrono::milliseconds retry_after) {
    ErrorInfo info;
    info.kind = ErrorKind::rate_limited;
    info.summary = "too fast";
    info.retry_after = retry_after;
    return ScriptedAnswer().error(info);
}

/// Calls `once` when somebody first asks for the time.
class TellingClock final : public Clock {
public:
    std::chrono::system_clock::time_point now() const override {
        if (once) std::exchange(once, nullptr)();
        return {};
    }
    asio::awaitable<void> sleep_for(std::chrono::milliseconds) override { co_return; }
    double random() override { return 0; }

    mutable std::function<void()> once;
};

}  // namespace

TEST_CASE("limited: whatever figures a server tells, a call counts as no more than the limit") {
    for (const std::int64_t limit : {std::int64_t{1000}, most})
        for (const std::int64_t told : {most, most / 2, -most - 1, std::int64_t{-5}}) {
            INFO(limit << " " << told);
            auto clock = std::make_shared<ManualClock>();
            auto inner = std::make_shared<ScriptedHandler>();
            inner->otherwise([&](const MessageRequest&) { return tokens(told); });
            LimitedOptions options;
            options.tokens_per_minute = limit;
            options.assumed_output_tokens = 0;
            options.clock = clock;
            LimitedHandler handler(inner, options);
            for (int n = 0; n < 5; ++n) {
                auto request = question();
                if (n == 3) request.max_tokens = most;
                Calls calls;
                calls.start(handler, request);
                calls.run();
                while (!calls[0].done && clock->advance_to_next()) calls.run();
                CHECK(calls[0].complete());
                const auto counted = handler.state().tokens;
                if (limit == 1000) CHECK(counted == (told > 0 ? 1000 : 0));
                CHECK(counted >= 0);
            }
        }
}

TEST_CASE("fallback: figures of failed entries beyond all numbers do not overflow") {
    Usage usage;
    usage.source = UsageSource::stream;
    usage.input_tokens = most;
    std::vector<FallbackEntry> entries;
    for (int n = 0; n < 3; ++n) {
        auto entry = std::make_shared<ScriptedHandler>();
        entry->add(ScriptedAnswer().usage(usage).error(ErrorKind::server, "broke"));
        entries.emplace_back(entry);
    }
    FallbackHandler handler(entries);
    const auto heard = hear(handler, question());
    REQUIRE(heard.error);
    CHECK(heard.usages().at(0).input_tokens == most);
}

TEST_CASE("limited: two calls that begin at once find the two places that are free") {
    auto clock = std::make_shared<TellingClock>();
    auto inner = std::make_shared<ScriptedHandler>();
    inner->otherwise([](const MessageRequest&) { return ScriptedAnswer().text("x"); });
    LimitedOptions options;
    options.max_concurrent = 2;
    options.max_waiting = 0;
    options.clock = clock;
    LimitedHandler handler(inner, options);
    // The other call begins and ends while this one enters, as another thread's might.
    Heard other;
    clock->once = [&] { other = hear(handler, question()); };
    CHECK(hear(handler, question()).complete());
    CHECK(other.what().empty());
    CHECK(other.complete());
}

TEST_CASE("limited: a clock that is set back lengthens no pause") {
    auto clock = std::make_shared<ManualClock>();
    auto inner = std::make_shared<ScriptedHandler>();
    inner->add(refused(20s));
    inner->otherwise([](const MessageRequest&) { return ScriptedAnswer().text("x"); });
    LimitedOptions options;
    options.clock = clock;
    LimitedHandler handler(inner, options);
    Calls calls;
    CHECK(calls.call(handler, question()).error);
    clock->advance(-std::chrono::hours(10));
    calls.start(handler, question());
    calls.run();
    CHECK_FALSE(calls[1].done);
    clock->advance(20s);
    calls.run();
    CHECK(calls[1].complete());
}

TEST_CASE("fallback: a clock that is set back lengthens no cool-down") {
    auto clock = std::make_shared<ManualClock>();
    auto first = std::make_shared<ScriptedHandler>();
    first->add(ScriptedAnswer().error(ErrorKind::overloaded, "busy"));
    first->otherwise([](const MessageRequest&) { return ScriptedAnswer().text("first"); });
    auto second = std::make_shared<ScriptedHandler>();
    second->otherwise([](const MessageRequest&) { return ScriptedAnswer().text("second"); });
    FallbackOptions options;
    options.cool_down = 30s;
    options.clock = clock;
    FallbackHandler handler({{first}, {second}}, options);
    CHECK(hear(handler, question()).text() == "second");
    clock->advance(-std::chrono::hours(10));
    CHECK(hear(handler, question()).text() == "second");
    clock->advance(30s);
    CHECK(hear(handler, question()).text() == "first");
}

TEST_CASE("limited and fallback: a pause near for ever is one") {
    using Time = std::chrono::milliseconds;
    for (const auto time : {Time::max(), Time::max() / 1000}) {
        auto clock = std::make_shared<ManualClock>();
        auto first = std::make_shared<ScriptedHandler>();
        first->otherwise([time](const MessageRequest&) { return refused(time); });
        auto second = std::make_shared<ScriptedHandler>();
        second->otherwise([](const MessageRequest&) { return ScriptedAnswer().text("second"); });
        FallbackOptions cooling;
        cooling.cool_down = time;
        cooling.clock = clock;
        FallbackHandler fallback({{first}, {second}}, cooling);
        LimitedOptions options;
        options.clock = clock;
        options.max_wait = 0ms;
        LimitedHandler limited(first, options);
        CHECK(hear(limited, question()).error);
        CHECK(hear(fallback, question()).complete());
        CHECK(first->calls() == 2);
        clock->advance(std::chrono::hours(24 * 365));
        CHECK(hear(limited, question()).error);
        CHECK(hear(fallback, question()).complete());
        CHECK(first->calls() == 2);
    }
}

TEST_CASE("pause: the rest never exceeds what was asked for, and time alone ends it") {
    std::mt19937 random(13);
    for (int round = 0; round < 100; ++round) {
        composition::Pause pause;
        composition::Pause::TimePoint now{std::chrono::hours(100'000)};
        const auto time = std::chrono::milliseconds(1 + random() % 10'000);
        pause.extend(now, time);
        auto passed = 0ms;
        while (passed < time) {
            CHECK(pause.rest(now) == time - passed);
            now -= std::chrono::milliseconds(random() % 3 ? 0 : random() % 100'000);
            CHECK(pause.rest(now) == time - passed);
            const auto step = std::chrono::milliseconds(1 + random() % 1000);
            now += step;
            passed += step;
        }
        CHECK(pause.rest(now) == 0ms);
    }
}
