// When the model cannot be called, or not to the end.
#include "agent_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace capstan::testing;
using namespace capstan::agent_event;

TEST_CASE("a retry is told of before it is made") {
    AgentFixture fixture;
    fixture.simulator.enqueue(error_answer(503, "Busy").with_header("Retry-After", "7"));
    fixture.simulator.enqueue(text_answer("Here."));
    bool told_before = false;

    const auto watched = fixture.run("Go.", [&](AgentStream&, const AgentEvent& event) {
        if (std::holds_alternative<Text>(event) || std::holds_alternative<Retry>(event))
            told_before = told_before || std::holds_alternative<Retry>(event);
        if (std::holds_alternative<Text>(event)) CHECK(told_before);
    });

    CHECK(watched.done().text == "Here.");
    const auto retries = watched.all<Retry>();
    REQUIRE(retries.size() == 1);
    CHECK(retries[0].attempt == 1);
    CHECK(retries[0].delay >= std::chrono::seconds(7));
    CHECK(retries[0].message.find("Busy") != std::string::npos);
}

TEST_CASE("a model that cannot be called ends the run with the error") {
    AgentFixture fixture;
    fixture.simulator.enqueue(error_answer(401, "No such key"));

    const auto watched = fixture.run();

    CHECK(watched.done().reason == StopReason::error);
    REQUIRE(watched.done().error);
    CHECK(watched.done().error->kind == ErrorKind::authentication);
    CHECK(!watched.done().sentence.empty());
    CHECK(watched.done().sentence.find("sk-or-v1") == std::string::npos);
}

TEST_CASE("an error in the middle of an answer ends the run and keeps what had arrived") {
    AgentFixture fixture;
    fixture.simulator.enqueue(mid_stream_error("one two", 502, "Provider died"));

    const auto watched = fixture.run();

    CHECK(watched.done().reason == StopReason::error);
    CHECK(watched.done().text.starts_with("one two"));
    CHECK(watched.text().starts_with("one two"));
    CHECK(fault_of(fixture.last) == "");
}

TEST_CASE("a run whose model failed goes on when the user says something") {
    AgentFixture fixture;
    fixture.simulator.enqueue(mid_stream_error("one two", 502, "Provider died"));
    fixture.simulator.enqueue(text_answer("Again."));
    fixture.run();

    const auto watched =
        fixture.run(fixture.agent().resume(fixture.last, UserMessage(Content("Go on."))));

    CHECK(watched.done().text == "Again.");
    CHECK(fault_of(fixture.last) == "");
}

TEST_CASE("a conversation that the server finds too long is made smaller, once") {
    AgentFixture fixture;
    fixture.add("read", [](json::value, ToolContext&) -> asio::awaitable<ToolResult> {
        co_return ToolResult(std::string(20'000, 'x'));
    });
    fixture.options.context.recent_results = 0;
    const auto overflow = [] {
        return error_answer(400, "This endpoint's maximum context length is 8192 tokens. However, "
                                 "you requested about 9000 tokens.");
    };
    for (int i = 0; i < 3; ++i) {
        auto answer = calls({"read"});
        answer.tool_calls[0].id = "call_" + std::to_string(i);
        answer.tool_calls[0].arguments = R"({"n":)" + std::to_string(i) + "}";
        fixture.simulator.enqueue(answer);
    }
    fixture.simulator.enqueue(overflow());

    SECTION("and then accepts it") {
        fixture.simulator.enqueue(text_answer("Short enough."));
        const auto watched = fixture.run();
        CHECK(watched.done().text == "Short enough.");
        const auto requests = fixture.simulator.requests(Simulator::chat);
        REQUIRE(requests.size() == 5);
        CHECK(requests[4].body.size() < requests[3].body.size());
        CHECK(fault_of(fixture.last) == "");
    }
    SECTION("and when that does not help the run ends, saying so") {
        fixture.simulator.enqueue(overflow());
        const auto watched = fixture.run();
        CHECK(watched.done().reason == StopReason::context_overflow);
        CHECK(fixture.simulator.requests(Simulator::chat).size() == 5);
    }
}
