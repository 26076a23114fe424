#include "composition_fixture.hpp"

#include <capstan/providers/limited_handler.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <random>
#include <thread>

using namespace capstan;
using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

struct Limited {
    explicit Limited(LimitedOptions options) {
        options.clock = clock;
        ScriptedOptions scripted;
        scripted.clock = clock;
        scripted.keep_requests = false;
        inner = std::make_shared<ScriptedHandler>(scripted);
        inner->otherwise(
            [](const MessageRequest&) { return ScriptedAnswer().delay(1s).text("x").delay(1s); });
        handler = std::make_unique<LimitedHandler>(inner, options);
    }

    /// Runs until nothing moves any more.
    void settle() {
        calls.run();
        while (clock->advance_to_next()) calls.run();
    }

    std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
    std::shared_ptr<ScriptedHandler> inner;
    std::unique_ptr<LimitedHandler> handler;
    Calls calls;
};

LimitedOptions concurrent(std::size_t most) {
    LimitedOptions options;
    options.max_concurrent = most;
    return options;
}

}  // namespace

TEST_CASE("limited: no more than so many calls at once, in the order in which they came") {
    Limited all(concurrent(3));
    std::vector<std::string> order;
    all.inner->otherwise([&](const MessageRequest& request) {
        order.push_back(request.model);
        return ScriptedAnswer().delay(1s).text("x");
    });
    for (int n = 0; n < 10; ++n)
        all.calls.start(*all.handler, question("?", std::to_string(n)));
    all.calls.run();
    CHECK(all.handler->state().running == 3);
    CHECK(all.handler->state().waiting == 7);
    do {
        all.calls.run();
        CHECK(all.inner->open_calls() <= 3);
        CHECK(all.handler->state().running == all.inner->open_calls());
    } while (all.clock->advance_to_next());
    for (std::size_t n = 0; n < 10; ++n) {
        CHECK(all.calls[n].complete());
        CHECK(order.at(n) == std::to_string(n));
    }
    CHECK(all.handler->state().running == 0);
}

TEST_CASE("limited: a place is free when a stream ends, fails, is cancelled or destroyed") {
    for (const std::string how : {"ends", "fails", "breaks", "destroyed", "cancelled", "unread"}) {
        INFO(how);
        Limited all(concurrent(1));
        if (how == "fails") all.inner->add(ScriptedAnswer().error(ErrorKind::server, "no"));
        if (how == "breaks")
            all.inner->add(ScriptedAnswer().text("x").error(ErrorKind::server, "no"));
        if (how == "unread") {
            // A consumer that stops at the FinishChunk and keeps the stream.
            all.inner->add(ScriptedAnswer().text("x"));
            all.calls.read_at_most(3);
        }
        const auto first = all.calls.start(*all.handler, question());
        const auto second = all.calls.start(*all.handler, question());
        all.calls.run();
        if (how == "destroyed") all.calls.destroy(first);
        if (how == "cancelled") all.calls.cancel(first);
        all.settle();
        CHECK(all.calls[first].done);
        CHECK(all.calls[second].complete());
        CHECK(all.handler->state().running == 0);
        CHECK(all.handler->state().waiting == 0);
    }
}

TEST_CASE("limited: who waits may be cancelled or destroyed, and the next one moves up") {
    for (const bool destroyed : {true, false}) {
        Limited all(concurrent(1));
        for (int n = 0; n < 4; ++n) all.calls.start(*all.handler, question());
        all.calls.run();
        for (const std::size_t n : {1, 3}) destroyed ? all.calls.destroy(n) : all.calls.cancel(n);
        all.calls.run();
        CHECK(all.handler->state().waiting == 1);
        CHECK(all.calls[1].done);
        if (destroyed) {
            REQUIRE(all.calls[1].error);
            CHECK(all.calls[1].error->kind() == ErrorKind::cancelled);
            CHECK(all.calls[1].error->phase() == ErrorPhase::before_request);
        }
        all.settle();
        CHECK(all.calls[2].complete());
        CHECK(all.inner->calls() == 2);
    }
}

TEST_CASE("limited: a full queue refuses, and says when to try again") {
    auto options = concurrent(1);
    options.max_waiting = 2;
    Limited all(options);
    for (int n = 0; n < 4; ++n) all.calls.start(*all.handler, question());
    all.calls.run();
    CHECK(all.handler->state().waiting == 2);
    REQUIRE(all.calls[3].error);
    const auto& error = *all.calls[3].error;
    CHECK(error.kind() == ErrorKind::rate_limited);
    CHECK(error.phase() == ErrorPhase::before_request);
    CHECK(error.retryable());
    CHECK(error.info().retry_after >= 1s);
    all.settle();
    for (const std::size_t n : {0, 1, 2}) CHECK(all.calls[n].complete());

    options.max_waiting = 0;
    Limited none(options);
    none.calls.start(*none.handler, question());
    none.calls.start(*none.handler, question());
    none.calls.run();
    CHECK(none.calls[1].error);
    none.settle();
    CHECK(none.calls[0].complete());
}

TEST_CASE("limited: nobody waits longer than allowed, nor beyond the call's deadline") {
    auto options = concurrent(1);
    options.max_wait = 500ms;
    Limited all(options);
    all.calls.start(*all.handler, question());
    all.calls.start(*all.handler, question());
    auto hurried = question();
    hurried.context.deadline = std::chrono::steady_clock::now() - 1s;
    all.calls.start(*all.handler, hurried);
    all.calls.run();
    REQUIRE(all.calls[2].error);
    CHECK(all.calls[2].error->kind() == ErrorKind::timeout);
    CHECK_FALSE(all.calls[1].done);
    all.clock->advance(499ms);
    all.calls.run();
    CHECK_FALSE(all.calls[1].done);
    all.clock->advance(1ms);
    all.calls.run();
    REQUIRE(all.calls[1].error);
    CHECK(all.calls[1].error->kind() == ErrorKind::rate_limited);
    CHECK_FALSE(all.calls[0].done);
}

TEST_CASE("limited: requests of a minute wait until it is over") {
    LimitedOptions options;
    options.requests_per_minute = 2;
    Limited all(options);
    for (int n = 0; n < 5; ++n) all.calls.start(*all.handler, question());
    all.calls.run();
    CHECK(all.inner->calls() == 2);
    all.clock->advance(59'999ms);
    all.calls.run();
    CHECK(all.inner->calls() == 2);
    all.clock->advance(1ms);
    all.calls.run();
    CHECK(all.inner->calls() == 4);
    all.settle();
    CHECK(all.inner->calls() == 5);
    CHECK(all.calls[4].complete());
}

TEST_CASE("limited: tokens are estimated, and corrected by the usage") {
    LimitedOptions options;
    options.tokens_per_minute = 1000;
    options.assumed_output_tokens = 900;
    Limited all(options);
    Usage usage;
    usage.source = UsageSource::stream;
    usage.input_tokens = 10;
    usage.output_tokens = 20;
    usage.cache_read_tokens = 300;
    all.inner->add(ScriptedAnswer().delay(1s).text("x").usage(usage));
    all.calls.start(*all.handler, question());
    all.calls.start(*all.handler, question());
    all.calls.run();
    CHECK(all.inner->calls() == 1);
    CHECK(all.handler->state().tokens > 900);
    all.clock->advance(1s);
    all.calls.run();
    // The wait for the minute's end was cut short by the correction... unless 330 are too many.
    CHECK(all.inner->calls() == 1);
    CHECK(all.handler->state().tokens == 330);
    auto small = question();
    small.max_tokens = 10;
    all.calls.start(*all.handler, small);
    all.calls.run();
    CHECK(all.inner->calls() == 1);  // not overtaken
    all.clock->advance(59s);
    all.calls.run();
    CHECK(all.inner->calls() == 3);
}

TEST_CASE("limited: a correction wakes who waits for tokens") {
    LimitedOptions options;
    options.tokens_per_minute = 1000;
    options.assumed_output_tokens = 900;
    Limited all(options);
    all.calls.start(*all.handler, question());
    all.calls.start(*all.handler, question());
    all.calls.run();
    CHECK(all.inner->calls() == 1);
    all.clock->advance(1s);
    all.calls.run();
    all.clock->advance(1s);  // the scripted usage has 15 tokens
    all.calls.run();
    CHECK(all.inner->calls() == 2);
}

TEST_CASE("limited: what failed before its first chunk gives its tokens back") {
    LimitedOptions options;
    options.tokens_per_minute = 1000;
    Limited all(options);
    all.inner->add(ScriptedAnswer().error(ErrorKind::server, "no"));
    all.calls.call(*all.handler, question());
    CHECK(all.calls[0].error);
    CHECK(all.handler->state().tokens == 0);
}

TEST_CASE("limited: a call larger than the limit begins when nothing else counts") {
    LimitedOptions options;
    options.tokens_per_minute = 100;
    Limited all(options);
    auto large = question();
    large.max_tokens = 100'000;
    all.calls.start(*all.handler, large);
    all.settle();
    CHECK(all.calls[0].complete());
}

TEST_CASE("limited: after a refusal of the server nobody calls until it is over") {
    Limited all(concurrent(2));
    ErrorInfo refused;
    refused.kind = ErrorKind::rate_limited;
    refused.summary = "too fast";
    refused.retry_after = 20s;
    all.inner->add(ScriptedAnswer().error(refused));
    all.calls.call(*all.handler, question());
    CHECK(all.calls[0].error);
    all.calls.start(*all.handler, question());
    all.calls.run();
    CHECK(all.inner->calls() == 1);
    all.clock->advance(20s);
    all.calls.run();
    CHECK(all.inner->calls() == 2);
}

TEST_CASE("limited: limits below one are refused") {
    auto inner = std::make_shared<ScriptedHandler>();
    LimitedOptions options;
    CHECK_NOTHROW(LimitedHandler(inner, options));
    CHECK_THROWS_AS(LimitedHandler(nullptr, options), ApiError);
    options.requests_per_minute = 0;
    CHECK_THROWS_AS(LimitedHandler(inner, options), ApiError);
    CHECK_THROWS_AS(LimitedHandler(inner, concurrent(0)), ApiError);
}

TEST_CASE("limited: whatever is started, given up and waited for, the limits hold and all end") {
    std::mt19937 random(11);
    for (int round = 0; round < 30; ++round) {
        LimitedOptions options;
        options.max_concurrent = 1 + random() % 4;
        options.requests_per_minute = 5 + random() % 20;
        options.tokens_per_minute = 3000;
        Limited all(options);
        std::vector<bool> given_up;
        for (int n = 0; n < 120; ++n) {
            switch (random() % 5) {
                case 0:
                case 1:
                    all.calls.start(*all.handler, question());
                    given_up.push_back(false);
                    break;
                case 2:
                    all.clock->advance(std::chrono::milliseconds(random() % 5000));
                    break;
                case 3:
                    if (all.calls.size() > 0) {
                        const auto victim = random() % all.calls.size();
                        given_up[victim] = true;
                        random() % 2 ? all.calls.destroy(victim) : all.calls.cancel(victim);
                    }
                    break;
                default:
                    all.calls.run();
            }
            CHECK(all.inner->open_calls() <= *options.max_concurrent);
            CHECK(all.handler->state().running <= *options.max_concurrent);
            CHECK(all.handler->state().requests <= *options.requests_per_minute);
        }
        all.settle();
        for (std::size_t n = 0; n < all.calls.size(); ++n) {
            CHECK(all.calls[n].done);
            if (!given_up[n]) CHECK(all.calls[n].complete());
        }
        CHECK(all.handler->state().running == 0);
        CHECK(all.handler->state().waiting == 0);
        CHECK(all.clock->sleepers() == 0);
    }
}

TEST_CASE("limited: threads with contexts of their own wait in one queue") {
    auto inner = std::make_shared<ScriptedHandler>();
    std::atomic<int> running{0};
    std::atomic<int> most{0};
    inner->otherwise([&](const MessageRequest&) {
        const int now = ++running;
        int seen = most;
        while (seen < now && !most.compare_exchange_weak(seen, now)) {
        }
        std::this_thread::yield();
        --running;
        return ScriptedAnswer().text("x").delay(1ms).text("y");
    });
    LimitedHandler handler(inner, concurrent(2));
    std::atomic<int> complete{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 6; ++t)
        threads.emplace_back([&] {
            for (int n = 0; n < 30; ++n) complete += hear(handler, question()).complete();
        });
    for (auto& thread : threads) thread.join();
    CHECK(complete == 180);
    CHECK(most <= 2);
    CHECK(handler.state().running == 0);
}
