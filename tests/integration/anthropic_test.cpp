// Calls through AnthropicHandler, over a real socket.
#include "anthropic_fixture.hpp"
#include "run_awaitable.hpp"

#include <capstan/agent.hpp>
#include <capstan/tools/registry.hpp>

#include <boost/describe/class.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cstdlib>

using namespace capstan;
using namespace capstan::testing;

namespace {

struct WeatherArgs {
    std::string city;
};
BOOST_DESCRIBE_STRUCT(WeatherArgs, (), (city))

asio::awaitable<ToolResult> weather(WeatherArgs args, ToolContext&) {
    co_return ToolResult("rain in " + args.city);
}

Answer thoughtful_call(std::string id) {
    std::vector<AnswerToolCall> calls;
    calls.emplace_back(std::move(id), "weather", R"({"city": "Zürich 😂"})");
    auto answer = tool_call_answer(calls, "Let me look.");
    answer.reasoning = "The user wants the weather. ünd 😂";
    return answer;
}

asio::awaitable<std::string> run_to_end(AgentStream stream) {
    std::string text;
    while (auto event = co_await stream.next()) {
        if (const auto* piece = std::get_if<agent_event::Text>(&*event)) text += piece->text;
        if (const auto* done = std::get_if<agent_event::Done>(&*event))
            text += " [" + done->sentence + "]";
    }
    co_return text;
}

}  // namespace

TEST_CASE("An answer of the Messages API arrives as text, usage and finish, in this order") {
    Simulator simulator;
    auto answer = text_answer("Hello, wörld 😂");
    answer.usage.prompt_tokens = 30;
    answer.usage.cached_tokens = 20;
    answer.usage.cache_write_tokens = 4;
    answer.usage.completion_tokens = 9;
    simulator.enqueue(answer);
    AnthropicHandler handler(anthropic_options(simulator));

    const auto outcome = run_call(handler, "hi");

    REQUIRE(!outcome.error);
    CHECK(outcome.text() == "Hello, wörld 😂");
    REQUIRE(outcome.usages().size() == 1);
    const auto usage = outcome.usages()[0];
    CHECK(usage.source == UsageSource::stream);
    CHECK(usage.input_tokens == 6);
    CHECK(usage.cache_read_tokens == 20);
    CHECK(usage.cache_write_tokens == 4);
    CHECK(usage.output_tokens == 9);
    CHECK(!usage.total_cost);
    REQUIRE(outcome.finishes().size() == 1);
    CHECK(outcome.finishes()[0].reason == FinishReason::stop);
    CHECK(outcome.finishes()[0].finish_reason == "end_turn");
    CHECK(outcome.finishes()[0].model == "claude-sonnet-4-5");
    CHECK(outcome.finishes()[0].provider == "Anthropic");
    CHECK(std::holds_alternative<FinishChunk>(outcome.chunks.back()));
    CHECK(simulator.wait_for_request(0).path == "/messages");
}

TEST_CASE("The cost of an answer is computed from the prices that the settings know") {
    Simulator simulator;
    auto answer = text_answer("ok");
    answer.usage.prompt_tokens = 1000;
    answer.usage.completion_tokens = 100;
    simulator.enqueue(answer);
    auto options = anthropic_options(simulator);
    ModelInfo info;
    info.pricing.prompt = Money::parse("0.000003");
    info.pricing.completion = Money::parse("0.000015");
    options.model_info = info;
    AnthropicHandler handler(options);
    CHECK(run_call(handler, "hi").usages().at(0).total_cost->to_string() == "0.0045");
}

TEST_CASE("A Messages request carries key and version in headers, and the key nowhere else") {
    Simulator simulator;
    auto options = anthropic_options(simulator);
    options.betas = {"context-1m-2025-08-07"};
    options.headers.set("X-Trace", "7");
    options.headers.set("X-Api-Key", "stolen");
    options.headers.set("Authorization", "Bearer stolen");
    AnthropicHandler handler(options);
    REQUIRE(!run_call(handler, "hi").error);
    const auto request = simulator.wait_for_request(0);
    CHECK(request.header("x-api-key") == "sk-ant-test");
    CHECK(request.header("authorization").empty());
    CHECK(request.header("anthropic-version") == "2023-06-01");
    CHECK(request.header("anthropic-beta") == "context-1m-2025-08-07");
    CHECK(request.header("x-trace") == "7");
    CHECK(request.header("content-type") == "application/json");
    CHECK(request.body.find("sk-ant") == std::string::npos);
}

TEST_CASE("A server that wants a bearer token gets one") {
    Simulator simulator;
    auto options = anthropic_options(simulator);
    options.bearer_auth = true;
    options.model = "anthropic/claude-sonnet-4.5";
    AnthropicHandler handler(options);
    CHECK(!run_call(handler, "hi").error);
    CHECK(simulator.wait_for_request(0).header("authorization") == "Bearer sk-ant-test");
    CHECK(simulator.wait_for_request(0).header("x-api-key").empty());
}

TEST_CASE("Streamed and single messages give the same answer, however the bytes are cut") {
    Simulator simulator;
    AnthropicHandler handler(anthropic_options(simulator));
    const auto answer = thoughtful_call("toolu_1");
    auto slow = answer.streamed();
    slow.split = Split::every(1);
    slow.write_size = 1;
    simulator.enqueue(answer.streamed());
    simulator.enqueue(answer.single());
    simulator.enqueue(slow);
    auto single = asking();
    single.stream = false;
    const auto streamed = message_of(run_call(handler, "hi"), "claude-sonnet-4-5");
    auto whole = message_of(run_call(handler, single), "claude-sonnet-4-5");
    const auto cut = message_of(run_call(handler, "hi"), "claude-sonnet-4-5");
    REQUIRE(streamed.tool_calls.size() == 1);
    CHECK(streamed.tool_calls[0].arguments == R"({"city": "Zürich 😂"})");
    CHECK(whole.tool_calls.at(0).arguments == R"({"city":"Zürich 😂"})");
    whole.tool_calls[0].arguments = streamed.tool_calls[0].arguments;
    CHECK(to_json_text(to_json(streamed)) == to_json_text(to_json(whole)));
    CHECK(to_json_text(to_json(streamed)) == to_json_text(to_json(cut)));
    CHECK(text_of(streamed.content) == "Let me look.");
}

TEST_CASE("Thoughts and calls go round: signed, verbatim, with their results") {
    Simulator simulator;
    auto options = anthropic_options(simulator);
    options.thinking_budget_tokens = 2000;
    AnthropicHandler handler(options);
    simulator.enqueue(thoughtful_call("toolu_1"));
    auto request = asking("Weather?");
    FunctionTool tool;
    tool.name = "weather";
    request.tools = {tool};
    const auto first = message_of(run_call(handler, request), "claude-sonnet-4-5");
    CHECK(first.reasoning.text == "The user wants the weather. ünd 😂");
    simulator.enqueue(text_answer("Take an umbrella."));
    request.messages.add(first).add_tool_result("toolu_1", "rain");

    const auto outcome = run_call(handler, request);

    REQUIRE(!outcome.error);
    CHECK(outcome.text() == "Take an umbrella.");
    const auto body = body_at(simulator, 1);
    CHECK(to_json_text(body.at("thinking")) == R"({"type":"enabled","budget_tokens":2000})");
    const auto& content = body.at("messages").at(1).at("content").as_array();
    REQUIRE(content.size() == 3);
    CHECK(content[0].at("type") == "thinking");
    CHECK(content[0].at("thinking") == "The user wants the weather. ünd 😂");
    CHECK(content[0].at("signature") ==
          first.reasoning.details->at(0).at("signature").as_string());
    CHECK(content[1].at("text") == "Let me look.");
    CHECK(to_json_text(content[2]) ==
          R"({"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Zürich 😂"}})");
    CHECK(simulator.wait_for_request(1).header("anthropic-beta") ==
          "interleaved-thinking-2025-05-14");
}

TEST_CASE("An agent works with Claude as with any other model") {
    Simulator simulator;
    simulator.enqueue(thoughtful_call("toolu_1"));
    simulator.enqueue(thoughtful_call("toolu_2"));
    simulator.enqueue(text_answer("Take an umbrella."));
    auto options = anthropic_options(simulator);
    options.reasoning_effort = "high";
    AnthropicHandler handler(options);
    ToolRegistry tools;
    tools.add("weather", "Current weather", weather);
    Agent agent(handler, tools);
    const auto text = run_awaitable(run_to_end(agent.run("Umbrella?")));
    CHECK(text.find("Take an umbrella.") != std::string::npos);
    CHECK(simulator.request_count() == 3);
    const auto messages = to_json_text(body_at(simulator, 2).at("messages"));
    CHECK(messages.find("rain in Zürich 😂") != std::string::npos);
    CHECK(messages.find(R"("type":"thinking")") != std::string::npos);
}

TEST_CASE("A conversation goes on with another provider, and comes back with all it had") {
    Simulator simulator;
    AnthropicHandler claude(anthropic_options(simulator));
    auto router_options = options_for(simulator, std::make_shared<VirtualClock>());
    router_options.model = "openai/gpt-5";
    OpenRouterHandler router(router_options);
    simulator.enqueue(thoughtful_call("functions.weather:0"));
    auto foreign = text_answer("It rains.");
    foreign.reasoning_details = boost::json::array{boost::json::object{
        {"type", "reasoning.encrypted"}, {"data", "b3BhcXVl"}, {"id", "rs_1"},
        {"format", "openai-responses-v1"}, {"index", 0}}};
    simulator.enqueue(foreign);
    simulator.enqueue(text_answer("Still."));

    auto request = asking("Weather?");
    FunctionTool tool;
    tool.name = "weather";
    request.tools = {tool};
    const auto first = message_of(run_call(claude, request), "claude-sonnet-4-5");
    request.messages.add(first).add_tool_result(first.tool_calls.at(0).id, "rain");
    const auto second = message_of(run_call(router, request), "openai/gpt-5");
    request.messages.add(second).add_user("And now?");
    const auto outcome = run_call(claude, request);

    REQUIRE(!outcome.error);
    CHECK(outcome.text() == "Still.");
    const auto there = simulator.wait_for_request(1).body;
    CHECK(there.find("signature") == std::string::npos);
    CHECK(there.find("functions.weather:0") != std::string::npos);
    const auto back = simulator.wait_for_request(2).body;
    CHECK(back.find("b3BhcXVl") == std::string::npos);
    CHECK(back.find(R"("type":"thinking")") != std::string::npos);
    CHECK(back.find("functions.weather:0") == std::string::npos);
    CHECK(back.find("It rains.") != std::string::npos);
}

TEST_CASE("The models of the key come page by page") {
    Simulator simulator;
    simulator.enqueue("GET /models",
                      json_answer(boost::json::parse(
                          R"({"data":[{"id":"claude-a","display_name":"A","max_tokens":5}],)"
                          R"("has_more":true,"last_id":"claude-a"})")));
    simulator.enqueue("GET /models", json_answer(boost::json::parse(
                                         R"({"data":[{"id":"claude-b"}],"has_more":false})")));
    AnthropicHandler handler(anthropic_options(simulator));
    const auto models = run_awaitable(handler.list_models());
    REQUIRE(models.size() == 2);
    CHECK(models[0].id == "claude-a");
    CHECK(models[0].max_completion_tokens == 5);
    CHECK(models[1].id == "claude-b");
    CHECK(simulator.wait_for_request(1).query("after_id") == "claude-a");
    CHECK(simulator.wait_for_request(1).header("anthropic-version") == "2023-06-01");
    CHECK(simulator.wait_for_request(1).header("x-api-key") == "sk-ant-test");
}

TEST_CASE("What is known of a Claude model needs no asking") {
    Simulator simulator;
    auto options = anthropic_options(simulator);
    AnthropicHandler handler(options);
    CHECK(handler.get_model().id == "claude-sonnet-4-5");
    CHECK(handler.get_model().info->context_length == 200'000);
    CHECK(handler.model_info("claude-opus-4-1")->max_completion_tokens == 32'000);
    CHECK(!handler.model_info("unheard-of"));
    CHECK(simulator.accepted_connections() == 0);
}

TEST_CASE("Key and base URL come from the environment, as Anthropic's own clients have them") {
    Simulator simulator;
    auto options = anthropic_options(simulator);
    const auto base = simulator.base_url();
    options.api_key.clear();
    options.base_url.clear();
    ::unsetenv("ANTHROPIC_API_KEY");
    CHECK_THROWS_AS(AnthropicHandler(options), ApiError);
    ::setenv("ANTHROPIC_API_KEY", "sk-ant-env", 1);
    ::setenv("ANTHROPIC_BASE_URL", base.substr(0, base.rfind("/v1")).c_str(), 1);
    AnthropicHandler handler(options);
    ::unsetenv("ANTHROPIC_API_KEY");
    ::unsetenv("ANTHROPIC_BASE_URL");
    CHECK(!run_call(handler, "hi").error);
    CHECK(simulator.wait_for_request(0).header("x-api-key") == "sk-ant-env");
}
