// The loop through OpenRouterHandler, over a real socket.
#include "agent_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace capstan::testing;
using namespace capstan::agent_event;
using namespace std::chrono_literals;

TEST_CASE("a question without tools is answered in one step") {
    AgentFixture fixture;
    fixture.simulator.enqueue(text_answer("An umbrella would be wise."));
    fixture.options.system_prompt = "Be brief.";

    const auto watched = fixture.run("Should I take an umbrella?");

    CHECK(watched.text() == "An umbrella would be wise.");
    CHECK(watched.done().reason == StopReason::answered);
    CHECK(watched.done().text == "An umbrella would be wise.");
    CHECK(watched.done().totals.steps == 1);
    CHECK(watched.done().totals.cost.to_string() == "0.000042");
    REQUIRE(watched.all<StepStarted>().size() == 1);
    CHECK(watched.all<StepStarted>()[0].model == "test/model");
    REQUIRE(watched.all<StepUsage>().size() == 1);
    CHECK(fixture.messages(0).size() == 2);
    CHECK(fixture.last_message(0).at("content") == "Should I take an umbrella?");
    CHECK(!fixture.simulator.requests()[0].json().as_object().contains("tools"));
}

TEST_CASE("a tool's result goes back with the model's reasoning details as they came") {
    AgentFixture fixture;
    fixture.add("look");
    auto answer = calls({"look"});
    answer.reasoning_details = parse_json(R"([
        {"type": "reasoning.text", "text": "Hm.", "signature": "c2ln",
         "format": "anthropic-claude-v1", "index": 0, "odd": {"kept": [1, 2.50]}},
        {"type": "reasoning.encrypted", "data": "AAEC", "id": "rs_1", "index": 1}])")
                                   .as_array();
    fixture.simulator.enqueue(answer);
    fixture.simulator.enqueue(text_answer("Done."));

    const auto watched = fixture.run("Look.");

    CHECK(watched.done().reason == StopReason::answered);
    CHECK(watched.done().totals.steps == 2);
    CHECK(watched.done().totals.tool_calls == 1);
    CHECK(watched.outcome("call_1").status == ToolStatus::ok);
    const auto messages = fixture.messages(1);
    REQUIRE(messages.size() == 3);
    const auto& assistant = messages[1].as_object();
    CHECK(assistant.at("content").is_null());
    CHECK(assistant.at("reasoning_details") == json::value(answer.reasoning_details));
    CHECK(assistant.at("tool_calls").as_array().size() == 1);
    CHECK(messages[2].at("role") == "tool");
    CHECK(messages[2].at("tool_call_id") == "call_1");
    CHECK(messages[2].at("content") == "result of look");
    CHECK(fault_of(fixture.last) == "");
}

TEST_CASE("the events of a step come in the order of happening") {
    AgentFixture fixture;
    fixture.add("look");
    fixture.simulator.enqueue(calls({"look"}));
    fixture.simulator.enqueue(text_answer("Done."));

    const auto watched = fixture.run();

    std::string order;
    for (const auto& event : watched.events) {
        const auto type = std::string(to_json(event).at("type").as_string());
        if (!order.ends_with(type + " ")) order += type + " ";
    }
    CHECK(order ==
          "step_started tool_call_fragment answer step_usage tool_started tool_finished "
          "step_started text answer step_usage done ");
}

TEST_CASE("a message of the user during a run is taken in before the next call of the model") {
    AgentFixture fixture;
    fixture.add("look");
    fixture.simulator.enqueue(calls({"look"}));
    fixture.simulator.enqueue(text_answer("As you wish."));

    const auto watched = fixture.run("Look.", [](AgentStream& stream, const AgentEvent& event) {
        if (std::holds_alternative<ToolStarted>(event)) stream.steer("Be quick!");
    });

    CHECK(watched.done().text == "As you wish.");
    CHECK(fixture.last_message(1).at("content") == "Be quick!");
    CHECK(fixture.last_message(1).at("role") == "user");
}

TEST_CASE("steering while the model gives its last answer makes the run go on") {
    AgentFixture fixture;
    fixture.simulator.enqueue(text_answer("First."));
    fixture.simulator.enqueue(text_answer("Second."));

    bool steered = false;
    const auto watched = fixture.run("Go.", [&](AgentStream& stream, const AgentEvent& event) {
        if (std::holds_alternative<Text>(event) && !std::exchange(steered, true))
            stream.steer("And now?");
    });

    CHECK(watched.done().text == "Second.");
    CHECK(fixture.messages(1).size() == 3);
}

TEST_CASE("images in a result reach the model") {
    AgentFixture fixture;
    const std::string url = "data:image/png;base64,iVBORw0KGgo=";
    auto tool = [url](json::value, ToolContext&) -> ToolResult {
        std::vector<ContentPart> parts;
        parts.emplace_back(TextPart("a picture"));
        parts.emplace_back(ImagePart(url));
        return ToolResult(std::move(parts));
    };
    fixture.add("draw", [tool](json::value value, ToolContext& context) {
        return [](ToolResult result) -> asio::awaitable<ToolResult> {
            co_return result;
        }(tool(std::move(value), context));
    });
    fixture.simulator.enqueue(calls({"draw"}));
    fixture.simulator.enqueue(text_answer("Nice."));

    const auto watched = fixture.run();

    CHECK(watched.done().reason == StopReason::answered);
    CHECK(fixture.simulator.requests()[1].body.find(url) != std::string::npos);
}

TEST_CASE("a limit of steps ends the run before the request that would pass it") {
    AgentFixture fixture;
    fixture.add("look");
    fixture.options.limits.max_steps(2);
    fixture.simulator.set_handler([n = 0](const SimRequest& request) mutable {
        const auto number = std::to_string(++n);
        std::vector<AnswerToolCall> made;
        made.emplace_back("id" + number, "look", R"({"n":)" + number + "}");
        return tool_call_answer(made).answer(request);
    });

    const auto watched = fixture.run();

    CHECK(watched.done().reason == StopReason::max_steps);
    CHECK(!watched.done().sentence.empty());
    CHECK(fixture.simulator.requests(Simulator::chat).size() == 2);
    CHECK(fault_of(fixture.last) == "");
}

TEST_CASE("a final answer is asked for without tool calls, the tools being kept") {
    AgentFixture fixture;
    fixture.add("look");
    fixture.options.limits.max_steps(1).final_answer(true);
    fixture.simulator.enqueue(calls({"look"}));
    fixture.simulator.enqueue(text_answer("So far: nothing."));

    const auto watched = fixture.run();

    CHECK(watched.done().reason == StopReason::max_steps);
    CHECK(watched.done().text == "So far: nothing.");
    const auto request = fixture.simulator.requests(Simulator::chat).at(1).json();
    CHECK(request.at("tool_choice") == "none");
    CHECK(request.at("tools").as_array().size() == 1);
    REQUIRE(watched.all<StepStarted>().size() == 2);
    CHECK(watched.all<StepStarted>()[1].final);
}

TEST_CASE("a forced tool choice is for the first call only") {
    AgentFixture fixture;
    fixture.add("look");
    fixture.options.tool_choice = ToolChoice::required();
    fixture.simulator.enqueue(calls({"look"}));
    fixture.simulator.enqueue(text_answer("Done."));

    CHECK(fixture.run().done().reason == StopReason::answered);

    CHECK(fixture.simulator.requests()[0].json().at("tool_choice") == "required");
    CHECK(!fixture.simulator.requests()[1].json().as_object().contains("tool_choice"));
}

TEST_CASE("a run goes on with a further message after its end") {
    AgentFixture fixture;
    fixture.simulator.enqueue(text_answer("One."));
    fixture.simulator.enqueue(text_answer("Two."));
    fixture.run("First?");

    const auto watched = fixture.run(
        fixture.agent().resume(fixture.last, UserMessage(Content("Second?"))));

    CHECK(watched.done().text == "Two.");
    CHECK(fixture.messages(1).size() == 3);
}

TEST_CASE("tools may come and go during a run") {
    AgentFixture fixture;
    fixture.add("swap", [&](json::value, ToolContext&) -> asio::awaitable<ToolResult> {
        fixture.tools.remove("swap");
        fixture.add("other");
        co_return ToolResult("swapped");
    });
    fixture.simulator.enqueue(calls({"swap"}));
    fixture.simulator.enqueue(calls({"other"}));
    fixture.simulator.enqueue(text_answer("Done."));

    CHECK(fixture.run().done().reason == StopReason::answered);

    const auto tools = fixture.simulator.requests()[1].json().at("tools").as_array();
    REQUIRE(tools.size() == 1);
    CHECK(tools[0].at("function").at("name") == "other");
}

TEST_CASE("run_to_end gives the outcome and denies what nobody can approve") {
    AgentFixture fixture;
    fixture.add("risky");
    fixture.options.approval.ask("risky");
    fixture.simulator.enqueue(calls({"risky"}));
    fixture.simulator.enqueue(text_answer("Then not."));
    const auto agent = fixture.agent();
    agent_event::Done done;
    asio::co_spawn(fixture.io, agent.run_to_end("Go."),
                   [&](std::exception_ptr, agent_event::Done result) { done = std::move(result); });
    fixture.io.run();

    CHECK(done.reason == StopReason::answered);
    CHECK(done.text == "Then not.");
    CHECK(std::string(fixture.last_message(1).at("content").as_string()).find("approval") !=
          std::string::npos);
}
