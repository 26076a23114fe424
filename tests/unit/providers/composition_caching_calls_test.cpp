#include "composition_fixture.hpp"

#include <capstan/providers/caching_handler.hpp>
#include <capstan/providers/routed_handler.hpp>

#include <catch2/catch_test_macros.hpp>

#include <optional>

using namespace capstan;
using namespace capstan::testing;
using namespace std::chrono_literals;

TEST_CASE("caching: no role gets the answer of another one's handler") {
    Routes routes;
    for (const std::string role : {"planning", "fast"}) {
        auto handler = std::make_shared<ScriptedHandler>();
        handler->otherwise([role](const MessageRequest&) { return ScriptedAnswer().text(role); });
        routes[role] = Route(handler);
    }
    CachingHandler handler(std::make_shared<RoutedHandler>(routes, "planning"));
    for (const std::string model : {"", "named"})
        for (int round = 0; round < 2; ++round)
            for (const std::string role : {"planning", "fast"}) {
                auto request = question("?", model);
                request.context.role = role;
                CHECK(hear(handler, request).text() == role);
            }
    CHECK(handler.state().hits == 4);
}

TEST_CASE("caching: a call without the cache keeps what it needs, and begins when it is read") {
    auto inner = std::make_shared<ScriptedHandler>();
    const std::weak_ptr<ScriptedHandler> watched = inner;
    int asked = 0;
    CachingOptions options;
    options.skip = [&](const MessageRequest&) { return ++asked > 0; };
    auto handler = std::make_unique<CachingHandler>(std::move(inner), options);
    for (const bool no_cache : {true, false}) {
        auto request = question();
        request.context.no_cache = no_cache;
        { const auto never = handler->create_message(request); }
        CHECK(asked == 0);
        CHECK(handler->state().skipped == 0);
    }
    auto request = question();
    request.context.no_cache = true;
    std::optional<ChunkStream> stream = handler->create_message(request);
    handler.reset();
    CHECK_FALSE(watched.expired());
    stream.reset();
    CHECK(watched.expired());
}

TEST_CASE("caching: an answer that may live for ever does, and one without time is not kept") {
    using Time = std::chrono::milliseconds;
    for (const auto life : {Time::max(), Time::max() - 1ms, Time::max() / 1000, Time::min(), 0ms}) {
        INFO(life.count());
        auto clock = std::make_shared<ManualClock>();
        auto inner = std::make_shared<ScriptedHandler>();
        inner->otherwise([](const MessageRequest&) { return ScriptedAnswer().text("x"); });
        CachingOptions options;
        options.time_to_live = life;
        options.clock = clock;
        CachingHandler handler(inner, options);
        for (int n = 0; n < 3; ++n) {
            CHECK(hear(handler, question()).complete());
            clock->advance(std::chrono::hours(24 * 365));
        }
        CHECK(inner->calls() == (life > 0ms ? 1 : 3));
    }
}
