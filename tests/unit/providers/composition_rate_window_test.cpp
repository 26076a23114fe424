#include "composition/rate_window.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <random>
#include <utility>

using namespace std::chrono_literals;
using capstan::composition::RateWindow;

TEST_CASE("rate window: in no minute is there more than the limit, whatever comes when") {
    std::mt19937 random(7);
    for (int round = 0; round < 50; ++round) {
        const std::int64_t limit = 1 + static_cast<std::int64_t>(random() % 50);
        RateWindow window;
        std::deque<std::pair<RateWindow::TimePoint, std::int64_t>> begun;
        RateWindow::TimePoint now{};
        for (int n = 0; n < 300; ++n) {
            const auto amount = static_cast<std::int64_t>(random() % (limit + 10));
            if (random() % 3 == 0) now += std::chrono::milliseconds(random() % 20'000);
            const auto wait = window.wait_for(now, amount, limit);
            CHECK(wait <= RateWindow::length);
            if (wait.count() > 0) CHECK(window.wait_for(now + wait - 1ms, amount, limit) > 0ms);
            now += wait;
            CHECK(window.wait_for(now, amount, limit) == 0ms);
            window.add(now, amount);
            begun.emplace_back(now, amount);
            std::int64_t sum = 0;
            for (const auto& [time, each] : begun)
                if (time + RateWindow::length > now) sum += std::min(each, limit);
            CHECK((sum <= limit || amount > limit));
        }
    }
}

TEST_CASE("rate window: a clock that goes back neither frees nor blocks for ever") {
    RateWindow window;
    RateWindow::TimePoint now{std::chrono::hours(100)};
    window.add(now, 5);
    now -= std::chrono::hours(10);
    CHECK(window.wait_for(now, 1, 5) == RateWindow::length);
    now += RateWindow::length;
    CHECK(window.wait_for(now, 1, 5) == 0ms);
}

TEST_CASE("rate window: corrections count for what is still in it") {
    RateWindow window;
    RateWindow::TimePoint now{};
    const auto first = window.add(now, 5);
    const auto second = window.add(now + 30s, 5);
    window.correct(first, 1);
    CHECK(window.total(now + 30s) == 6);
    CHECK(window.total(now + 60s) == 5);
    window.correct(first, 100);
    window.correct(second, 2);
    CHECK(window.total(now + 60s) == 2);
    CHECK(window.total(now + 90s) == 0);
}
