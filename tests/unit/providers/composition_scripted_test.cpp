#include "composition_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <thread>
#include <variant>

using namespace capstan;
using namespace capstan::testing;
using namespace std::chrono_literals;

TEST_CASE("scripted: a script is answered in order, with usage and finish added") {
    ScriptedHandler handler;
    handler.add(ScriptedAnswer().reasoning("Rain?").text("Take ").text("one."));
    handler.add(ScriptedAnswer().tool_call("c1", "look", R"({"a":1})").tool_call("c2", "go"));
    const auto first = hear(handler, question("Rain?"));
    CHECK(first.complete());
    CHECK(first.text() == "Take one.");
    REQUIRE(first.chunks.size() == 5);
    CHECK(std::get<ReasoningChunk>(first.chunks[0]).text == "Rain?");
    CHECK(first.usages().at(0).total_cost == Money::from_nano_usd(100'000));
    CHECK(first.finishes().at(0).reason == FinishReason::stop);
    CHECK(first.finishes().at(0).model == "scripted/model");

    const auto second = hear(handler, question("And then?"));
    CHECK(second.complete());
    CHECK(std::get<ToolCallChunk>(second.chunks[1]).index == 1);
    CHECK(std::get<ToolCallChunk>(second.chunks[1]).arguments == "{}");
    CHECK(second.finishes().at(0).reason == FinishReason::tool_calls);
    CHECK(handler.calls() == 2);
    REQUIRE(handler.requests().size() == 2);
    CHECK(handler.requests()[1].messages.message_text(0).find("And then?") != std::string::npos);
    CHECK(handler.open_calls() == 0);
}

TEST_CASE("scripted: when the script has ended the error says how long it was") {
    ScriptedHandler handler({ScriptedAnswer().text("One.")});
    CHECK(hear(handler, question()).complete());
    const auto heard = hear(handler, question());
    REQUIRE(heard.error);
    CHECK(heard.error->kind() == ErrorKind::configuration);
    CHECK(heard.what().find("call 2 came, and there were 1 answers") != std::string::npos);
    CHECK(heard.chunks.empty());
}

TEST_CASE("scripted: what the script lacks, the function answers") {
    ScriptedHandler handler({ScriptedAnswer().text("One.")});
    handler.otherwise([](const MessageRequest& request) {
        return ScriptedAnswer().text("You asked " + request.model);
    });
    CHECK(hear(handler, question("?", "m")).text() == "One.");
    CHECK(hear(handler, question("?", "m")).text() == "You asked m");
}

TEST_CASE("scripted: errors come where they were written, with the phase that fits") {
    ScriptedHandler handler;
    handler.add(ScriptedAnswer().error(ErrorKind::overloaded, "busy"));
    handler.add(ScriptedAnswer().text("Half").cost(Money()).error(ErrorKind::network, "reset"));
    const auto first = hear(handler, question());
    REQUIRE(first.error);
    CHECK(first.error->phase() == ErrorPhase::before_first_chunk);
    CHECK(first.error->retryable());
    CHECK(first.chunks.empty());
    const auto second = hear(handler, question());
    REQUIRE(second.error);
    CHECK(second.error->phase() == ErrorPhase::mid_stream);
    CHECK(second.text() == "Half");
    CHECK(second.usages().size() == 1);
    CHECK(second.finishes().empty());
}

TEST_CASE("scripted: delays pass on the clock, and each of them can be cancelled") {
    auto clock = std::make_shared<ManualClock>();
    ScriptedOptions options;
    options.clock = clock;
    ScriptedHandler handler(options);
    for (int n = 0; n < 3; ++n)
        handler.add(ScriptedAnswer().delay(2s).text("A").delay(3s).text("B"));
    Calls calls;
    calls.start(handler, question());
    const auto destroyed = calls.start(handler, question());
    const auto cancelled = calls.start(handler, question());
    calls.run();
    CHECK(calls[0].chunks.empty());
    clock->advance(2s);
    calls.run();
    CHECK(calls[0].text() == "A");
    CHECK(handler.open_calls() == 3);
    calls.destroy(destroyed);
    calls.cancel(cancelled);
    calls.run();
    CHECK(handler.open_calls() == 1);
    clock->advance(3s);
    calls.run();
    CHECK(calls[0].complete());
    CHECK_FALSE(calls[destroyed].complete());
    CHECK_FALSE(calls[cancelled].complete());
    CHECK(calls[cancelled].done);
    CHECK(clock->sleepers() == 0);
}

TEST_CASE("scripted: threads share a script, and each answer is given once") {
    ScriptedHandler handler;
    constexpr int each = 50;
    for (int n = 0; n < 4 * each; ++n)
        handler.add(ScriptedAnswer().text("x").cost(Money::from_nano_usd(n)));
    std::atomic<std::int64_t> sum{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int n = 0; n < each; ++n) {
                const auto heard = hear(handler, question());
                sum += static_cast<std::int64_t>(
                    heard.usages().at(0).total_cost->to_double() * 1e9 + 0.5);
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(sum == 4 * each * (4 * each - 1) / 2);
    CHECK(handler.remaining() == 0);
}
