// The snippets of tests/simulator/README.md, compiled and run.
#include "raw_client.hpp"

#include <capstan/testing/simulator.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan::testing;

namespace {

RawResponse ask(const Simulator& simulator,
                std::chrono::milliseconds patience = Simulator::patience) {
    RawClient client(simulator.port());
    client.set_patience(patience);
    client.post("/api/v1/chat/completions", R"({"model":"a/b","stream":true,"messages":[]})");
    return client.read_response();
}

}  // namespace

TEST_CASE("readme: an agent's two turns") {
    Simulator simulator;
    simulator.enqueue(tool_call_answer({{"call_1", "weather", R"({"city":"Oslo"})"}}));
    simulator.enqueue(text_answer("It is cold."));
    CHECK(ask(simulator).body.find("call_1") != std::string::npos);
    CHECK(ask(simulator).body.find("cold.") != std::string::npos);
    CHECK(simulator.requests(Simulator::chat).size() == 2);
}

TEST_CASE("readme: every failure is a few words") {
    Simulator simulator;
    simulator.enqueue(cut_after(text_answer("one two three").streamed(), 600, reset_connection()));
    CHECK(ask(simulator).reset);

    simulator.enqueue(cut_after(text_answer("one two three").streamed(), 600, silence()));
    CHECK(ask(simulator, std::chrono::milliseconds(300)).timed_out);

    auto slow = text_answer("zwölf 😂").streamed();
    slow.split = Split::every(1);
    slow.write_size = 1;
    simulator.enqueue(slow);
    CHECK(ask(simulator).body == slow.body_bytes());

    simulator.enqueue(error_answer(429, "Slow down").with_header("Retry-After", "2"));
    CHECK(ask(simulator).headers.at("retry-after") == "2");

    simulator.enqueue(mid_stream_error("one two", 502, "Provider died"));
    CHECK(ask(simulator).body.find("Provider died") != std::string::npos);

    auto last = text_answer("bye").streamed();
    last.after = After::reset_on_next_request;
    simulator.enqueue(last);
    CHECK(ask(simulator).complete);

    simulator.drop_next_connections(1);
    RawClient dropped(simulator.port());
    CHECK(dropped.wait_for_end());
}
