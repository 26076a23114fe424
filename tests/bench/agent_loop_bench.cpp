// What one step of the agent loop costs beside the model and the tools: the model's answer is
// there at once, and the tool does nothing. The time is that of whole runs; "step" is the share of
// one step.
#include "bench_text.hpp"

#include <capstan/agent.hpp>
#include <capstan/providers/scripted_handler.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

using namespace capstan;

namespace {

class Nothing final : public Tool {
public:
    Nothing() {
        definition_.name = "nothing";
        definition_.description = "Does nothing.";
    }
    const FunctionTool& definition() const override { return definition_; }
    asio::awaitable<ToolResult> run(json::value, ToolContext&) override {
        co_return ToolResult("done");
    }

private:
    FunctionTool definition_;
};

class OneTool final : public ToolSource {
public:
    std::vector<std::shared_ptr<Tool>> tools() const override { return {tool_}; }

private:
    std::shared_ptr<Tool> tool_ = std::make_shared<Nothing>();
};

asio::awaitable<void> to_end(Agent agent, std::int64_t& steps) {
    auto stream = agent.run("Go.");
    while (auto event = co_await stream.next())
        if (const auto* done = std::get_if<agent_event::Done>(&*event)) steps = done->totals.steps;
}

void agent_step(benchmark::State& state) {
    ScriptedOptions forgetful;
    forgetful.keep_requests = false;
    ScriptedHandler handler(forgetful);
    std::int64_t n = 0;
    handler.otherwise([&](const MessageRequest&) {
        const auto number = std::to_string(++n);
        return ScriptedAnswer().tool_call("call_" + number, "nothing",
                                          R"({"n":)" + number + "}");
    });
    const OneTool tools;
    Agent agent(handler, tools);
    agent.limits().max_steps(state.range(0)).max_tool_calls({}).max_time({});
    std::int64_t steps = 0;
    const auto before = bench::allocations();
    for (auto _ : state) {
        asio::io_context context(1);
        asio::co_spawn(context, to_end(agent, steps), asio::detached);
        context.run();
    }
    if (steps != state.range(0)) state.SkipWithError("the run ended too early");
    const auto all = static_cast<double>(state.iterations() * steps);
    state.counters["step"] = benchmark::Counter(
        static_cast<double>(steps),
        benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
    state.counters["allocs"] = static_cast<double>(bench::allocations() - before) / all;
}
BENCHMARK(agent_step)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
