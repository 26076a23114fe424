// An agent as a tool of another.
#include "agent_fixture.hpp"

#include <capstan/tools/sub_agent.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace capstan::testing;
using namespace capstan::agent_event;
using namespace capstan::literals;

namespace {

struct Outer : AgentFixture {
    Outer() {
        inner_options.system_prompt = "You are the inner one.";
        delegate();
    }

    void delegate() {
        std::vector<AnswerToolCall> made;
        made.emplace_back("call_1", "helper", R"({"task":"Count the ropes."})");
        simulator.enqueue(tool_call_answer(made));
    }
    Watched go(Watcher watcher = {}) {
        const Agent inner(handler, inner_tools, inner_options);
        tools.add(sub_agent_tool("helper", "Does a task.", inner));
        return run("Go.", std::move(watcher));
    }
    std::string told(std::size_t request) {
        return std::string(last_message(request).at("content").as_string());
    }

    AgentOptions inner_options;
    ToolRegistry inner_tools;
};

}  // namespace

TEST_CASE("a sub-agent's answer is the result of its call") {
    Outer outer;
    outer.simulator.enqueue(text_answer("Seven ropes."));
    outer.simulator.enqueue(text_answer("There are seven."));

    const auto watched = outer.go();

    CHECK(watched.done().text == "There are seven.");
    CHECK(outer.messages(1)[0].at("content") == "You are the inner one.");
    CHECK(outer.messages(1)[1].at("content") == "Count the ropes.");
    CHECK(outer.told(2) == "Seven ropes.");
    CHECK(watched.done().totals.sub_agents_cost.to_string() == "0.000042");
    CHECK(watched.done().totals.cost.to_string() == "0.000084");
    CHECK(watched.done().totals.sub_agents_tokens == 20);
    bool told = false;
    for (const auto& each : watched.all<ToolProgress>())
        told = told || each.data.at("type") == "done";
    CHECK(told);
}

TEST_CASE("a sub-agent that does not finish is an error with its reason") {
    Outer outer;
    outer.inner_options.limits.max_steps(0);
    outer.simulator.enqueue(text_answer("Then not."));

    const auto watched = outer.go();

    CHECK(watched.outcome("call_1").status == ToolStatus::failed);
    CHECK(outer.told(1).find("max_steps") != std::string::npos);
}

TEST_CASE("a sub-agent spends the outer run's budget and stops when nothing is left") {
    Outer outer;
    outer.options.limits.max_cost(0.0001_usd);
    auto look = [](json::value, ToolContext&) -> asio::awaitable<ToolResult> {
        co_return ToolResult("looked");
    };
    json::object schema;
    schema["type"] = "object";
    outer.inner_tools.add("look", "Looks.", schema, ToolRegistry::Handler(look));
    auto answer = calls({"look"});
    answer.usage.cost = "0.00009";
    outer.simulator.enqueue(answer);

    const auto watched = outer.go();

    CHECK(watched.done().reason == StopReason::max_cost);
    CHECK(outer.simulator.requests(Simulator::chat).size() == 2);
    CHECK(watched.outcome("call_1").status == ToolStatus::failed);
    CHECK(watched.done().totals.sub_agents_cost.to_string() == "0.00009");
}

TEST_CASE("cancelling the outer run closes the connection of the inner one") {
    Outer outer;
    outer.simulator.enqueue(no_answer());
    bool cancelled = false;

    const auto watched = outer.go([&](AgentStream& stream, const AgentEvent& event) {
        if (!std::holds_alternative<ToolProgress>(event) || std::exchange(cancelled, true)) return;
        after_requests(outer, 2, [&] { stream.cancel(); });
    });

    CHECK(watched.done().reason == StopReason::cancelled);
    const auto request = outer.simulator.requests(Simulator::chat).at(1);
    CHECK(outer.simulator.wait_for_close(request.connection).end != ConnectionEnd::server);
    CHECK(fault_of(outer.last) == "");
}

TEST_CASE("what a sub-agent would have to ask a person is denied") {
    Outer outer;
    auto risky = [](json::value, ToolContext&) -> asio::awaitable<ToolResult> {
        co_return ToolResult("done");
    };
    json::object schema;
    schema["type"] = "object";
    outer.inner_tools.add("risky", "Risks.", schema, ToolRegistry::Handler(risky));
    outer.inner_options.approval.ask("risky");
    outer.simulator.enqueue(calls({"risky"}));
    outer.simulator.enqueue(text_answer("I may not."));
    outer.simulator.enqueue(text_answer("A pity."));

    const auto watched = outer.go();

    CHECK(watched.done().text == "A pity.");
    CHECK(outer.told(2).find("sub-agent") != std::string::npos);
}
