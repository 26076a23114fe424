// What users of other clients ran into, end to end (handler-behaviour D; the rest of its list is
// tested next to the part that it concerns).
#include "openrouter_fixture.hpp"
#include "run_awaitable.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<VirtualClock> virtual_clock() { return std::make_shared<VirtualClock>(); }

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
    return found;
}

json::value thought(std::string_view text, std::string_view signature) {
    json::object entry{{"type", "reasoning.text"}, {"format", "anthropic-claude-v1"}, {"index", 0}};
    if (!text.empty()) entry["text"] = text;
    if (!signature.empty()) entry["signature"] = signature;
    return chunk(json::object{{"role", "assistant"}, {"reasoning_details", json::array{entry}}});
}

json::value call_fragment(int index, std::string_view id, std::string_view arguments) {
    json::object function{{"name", "look"}, {"arguments", arguments}};
    json::object call{{"index", index}, {"id", id}, {"type", "function"}, {"function", function}};
    return chunk(json::object{{"tool_calls", json::array{call}}});
}

}  // namespace

TEST_CASE("user problems 5 and 8: reasoning of parallel calls is merged and sent back once") {
    Simulator simulator;
    auto options = options_for(simulator, virtual_clock());
    options.model = "anthropic/claude-sonnet-4.5";
    options.usage_lookup = false;
    OpenRouterHandler handler(options);
    std::vector<json::value> events;
    events.push_back(thought("Two pla", ""));
    events.push_back(thought("ces.", ""));
    events.push_back(call_fragment(0, "call_a", "{\"at\":1}"));
    events.push_back(call_fragment(1, "call_b", "{\"at\":2}"));
    events.push_back(thought("", "c2lnbmF0dXJl"));
    events.push_back(chunk(json::object{}, "tool_calls"));
    for (auto& event : events) event.as_object()["model"] = "anthropic/claude-4.5-sonnet-20250929";
    simulator.enqueue(sse(events));
    MessageRequest request;
    request.messages.add_user("where?");
    const auto reply = ask(handler, request);
    REQUIRE(reply.message.tool_calls.size() == 2);
    REQUIRE(reply.message.reasoning.details->size() == 1);

    request.messages.add(reply.message);
    request.messages.add_tool_result("call_a", "here");
    request.messages.add_tool_result("call_b", "there");
    run_call(handler, request);

    const auto body = simulator.wait_for_request(1).body;
    CHECK(count(body, "c2lnbmF0dXJl") == 1);
    CHECK(count(body, "Two places.") == 1);
}

TEST_CASE("user problem 14: arguments cut by the output limit are kept and said to be cut") {
    Simulator simulator;
    auto options = options_for(simulator, virtual_clock());
    options.usage_lookup = false;
    OpenRouterHandler handler(options);
    std::vector<json::value> events;
    events.push_back(call_fragment(0, "call_a", "{\"path\": \"/tm"));
    events.push_back(chunk(json::object{}, "length"));
    simulator.enqueue(sse(events));
    MessageRequest request;
    request.messages.add_user("write");
    const auto reply = ask(handler, request);
    CHECK(reply.finish.reason == FinishReason::length);
    CHECK(reply.message.tool_calls.at(0).arguments == "{\"path\": \"/tm");
}

TEST_CASE("user problem 19: a stream that hangs ends by the limit that it hit") {
    Simulator simulator;
    auto options = options_for(simulator, virtual_clock());
    options.retry.max_retries = 0;
    options.usage_lookup = false;
    SECTION("no first byte") {
        options.timeouts.first_byte = 50ms;
        simulator.enqueue(no_answer());
    }
    SECTION("silence after the first chunk") {
        options.timeouts.idle = 50ms;
        simulator.enqueue(cut_after(text_answer("one two").streamed(), 500, silence()));
    }
    SECTION("comments for ever: life for the idle limit, not for the total one") {
        options.timeouts.idle = 10s;
        options.timeouts.total = 150ms;
        SimResponse endless;
        endless.with_header("Content-Type", "text/event-stream");
        endless.with_step(produce([] { return std::optional<std::string>(sse_comment()); }, 5ms));
        simulator.enqueue(endless);
    }
    OpenRouterHandler handler(options);
    const auto outcome = run_call(handler, "hi");
    REQUIRE(outcome.error);
    CHECK(outcome.error->kind() == ErrorKind::timeout);
}

TEST_CASE("user problem 27: usage of a cancelled answer can be asked for afterwards") {
    Simulator simulator;
    OpenRouterHandler handler(options_for(simulator, virtual_clock()));
    auto answer = text_answer("one two three");
    answer.id = "gen-1-cancelled";
    simulator.enqueue(cut_after(answer.streamed(), 600, silence()));
    json::object data{{"id", "gen-1-cancelled"}, {"model", "test/model"}, {"total_cost", 0.25},
                      {"native_tokens_prompt", 7}, {"native_tokens_completion", 3}};
    simulator.add_generation("gen-1-cancelled", data);
    MessageRequest request;
    request.messages.add_user("hi");
    std::stop_source stop;
    try {
        ask(handler, request, [&](const StreamChunk&) { stop.request_stop(); }, stop.get_token());
        FAIL("not cancelled");
    } catch (const IncompleteReply& error) {
        CHECK(error.kind() == ErrorKind::cancelled);
        const auto usage = run_awaitable(handler.get_api_stream_usage("gen-1-cancelled"));
        REQUIRE(usage);
        CHECK(usage->total_cost->to_string() == "0.25");
        CHECK(usage->output_tokens == 3);
    }
    CHECK(simulator.wait_for_close(simulator.wait_for_request(0).connection).end !=
          ConnectionEnd::open);
}

TEST_CASE("user problem 28: no endpoint for what was asked is told once, with what to do") {
    Simulator simulator;
    OpenRouterHandler handler(options_for(simulator, virtual_clock()));
    simulator.always(error_answer(404, "No endpoints found that support tool use."));
    const auto outcome = run_call(handler, "hi");
    REQUIRE(outcome.error);
    CHECK(outcome.error->kind() == ErrorKind::not_found);
    CHECK(!outcome.error->info().remedy.empty());
    CHECK(simulator.requests(Simulator::chat).size() == 1);
}
