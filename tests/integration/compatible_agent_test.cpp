// The agent loop through OpenAiCompatibleHandler.
#include "agent_fixture.hpp"
#include "compatible_fixture.hpp"

#include <capstan/agent.hpp>

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

using namespace capstan;
using namespace capstan::testing;

namespace {

asio::awaitable<ToolResult> look(json::value arguments, ToolContext&) {
    co_return ToolResult("seen " + to_json_text(arguments));
}

void add_look(ToolRegistry& tools) {
    json::object schema;
    schema["type"] = "object";
    tools.add("look", "Looks.", schema, look);
}

Watched run(ApiHandler& handler, const ToolSource& tools) {
    Agent agent(handler, tools);
    auto stream = agent.run("Look.");
    Watched watched;
    asio::io_context io;
    asio::co_spawn(io, watch(stream, watched, {}),
                   [&](std::exception_ptr error) { watched.error = error; });
    io.run();
    return watched;
}

}  // namespace

TEST_CASE("an agent runs the tools that any of these servers calls") {
    const ChatServer server = GENERATE(from_range(all_servers));
    CompatibleFixture fixture(flavour_of(server));
    ToolRegistry tools;
    add_look(tools);
    Answer calls = tool_call_answer({{"call_a", "look", R"({"at":1})"},
                                     {"call_b", "look", R"({"at":2})"}});
    calls.reasoning = "Two looks.";
    fixture.simulator.enqueue(streamed_by(server, calls));
    fixture.simulator.enqueue(streamed_by(server, text_answer("Done.")));

    const Watched watched = run(fixture.handler, tools);

    INFO(to_string(flavour_of(server)));
    CHECK(watched.done().reason == StopReason::answered);
    CHECK(watched.text() == "Done.");
    CHECK(watched.done().totals.tool_calls == 2);
    CHECK(watched.outcome("call_b").status == ToolStatus::ok);
    const json::array messages = fixture.body(1).at("messages").as_array();
    REQUIRE(messages.size() == 4);
    const json::object& caller = messages[1].as_object();
    CHECK(caller.at("tool_calls").as_array().size() == 2);
    CHECK_FALSE(caller.contains("reasoning_details"));
    const auto quirks = openai_quirks(flavour_of(server));
    const bool replays = quirks.reasoning_history != ReasoningHistory::none;
    REQUIRE(caller.contains(*quirks.reasoning_field) == replays);
    if (replays) CHECK(caller.at(*quirks.reasoning_field) == "Two looks.");
    CHECK(messages[2].at("tool_call_id") == "call_a");
    CHECK(messages[2].at("content") == R"(seen {"at":1})");
    CHECK(messages[3].at("content") == R"(seen {"at":2})");
}

TEST_CASE("calls without ids are run, each with its own result") {
    CompatibleFixture fixture(OpenAiFlavour::generic);
    ToolRegistry tools;
    add_look(tools);
    fixture.simulator.enqueue(sse_raw({
        R"({"choices":[{"index":0,"delta":{"tool_calls":[)"
        R"({"id":"","function":{"name":"look","arguments":{"at":1}}},)"
        R"({"function":{"name":"look","arguments":{"at":2}}}]},"finish_reason":"stop"}]})"}));
    fixture.simulator.enqueue(text_answer("Done."));

    const Watched watched = run(fixture.handler, tools);

    CHECK(watched.done().reason == StopReason::answered);
    const json::array messages = fixture.body(1).at("messages").as_array();
    REQUIRE(messages.size() == 4);
    const auto id = [&](std::size_t at) {
        return std::string(messages[at].at("tool_call_id").as_string());
    };
    CHECK(id(2) != id(3));
    CHECK_FALSE(id(2).empty());
    CHECK(messages[1].at("tool_calls").as_array()[1].at("id") == json::value(id(3)));
    CHECK(messages[3].at("content") == R"(seen {"at":2})");
}

TEST_CASE("a conversation goes on with another server, and nothing of it is lost") {
    CompatibleFixture first(OpenAiFlavour::deepseek);
    ToolRegistry tools;
    add_look(tools);
    const std::string long_id = "call_" + std::string(80, 'x');
    Answer calls = tool_call_answer({{long_id, "look", "{}"}});
    calls.reasoning = "I want to look.";
    first.simulator.enqueue(streamed_by(ChatServer::deepseek, calls));
    first.simulator.enqueue(streamed_by(ChatServer::deepseek, text_answer("Seen.")));
    Agent agent(first.handler, tools);
    asio::io_context io;
    Watched watched;
    auto stream = agent.run("Look.");
    asio::co_spawn(io, watch(stream, watched, {}), [](std::exception_ptr) {});
    io.run();
    const Conversation history = stream.run().transcript();
    const std::string before = history.to_json_text();

    CompatibleFixture second(OpenAiFlavour::openai);
    OpenAiCompatibleOptions options = second.options;
    options.model = "gpt-5";
    OpenAiCompatibleHandler other(options);
    second.simulator.enqueue(text_answer("Yes."));
    MessageRequest request;
    request.messages = history;
    request.messages.add_user("Sure?");
    CHECK(run_call(other, std::move(request)).text() == "Yes.");

    const json::array messages = second.body(0).at("messages").as_array();
    REQUIRE(messages.size() == 5);
    const std::string sent(messages[1].at("tool_calls").as_array()[0].at("id").as_string());
    CHECK(sent.size() <= 40);
    CHECK(messages[2].at("tool_call_id") == json::value(sent));
    CHECK_FALSE(messages[1].as_object().contains("reasoning_content"));
    CHECK(history.to_json_text() == before);
    CHECK(before.find("I want to look.") != std::string::npos);
    CHECK(before.find(long_id) != std::string::npos);
}
