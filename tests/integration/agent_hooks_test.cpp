// What a program may change or stop during a run.
#include "agent_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace capstan;
using namespace capstan::testing;
using namespace capstan::agent_event;

namespace {

/// Calls a tool that repeats its arguments, then answers.
struct Hooked : AgentFixture {
    Hooked() {
        add("echo", [this](json::value arguments, ToolContext&) -> asio::awaitable<ToolResult> {
            ++made;
            co_return ToolResult::json(arguments);
        });
        std::vector<AnswerToolCall> call;
        call.emplace_back("call_1", "echo", R"({"n":1})");
        simulator.enqueue(tool_call_answer(call));
        simulator.enqueue(text_answer("Done."));
    }
    std::string told() { return std::string(last_message(1).at("content").as_string()); }

    int made = 0;
};

}  // namespace

TEST_CASE("before_model changes one request and not the transcript") {
    Hooked hooked;
    hooked.options.hooks.before_model = [](const AgentRun& run, MessageRequest& request) {
        if (run.totals().tool_calls == 0) return;
        request.model = "test/other";
        request.system_prompt = "Hurry.";
        request.tools.clear();
        request.messages.add_user("(a hint)");
    };

    const auto watched = hooked.run();

    CHECK(watched.done().reason == StopReason::answered);
    CHECK(watched.all<StepStarted>().at(1).model == "test/other");
    const auto second = hooked.simulator.requests()[1].json();
    CHECK(second.at("model") == "test/other");
    CHECK(!second.as_object().contains("tools"));
    CHECK(hooked.messages(1).front().at("content") == "Hurry.");
    CHECK(hooked.last_message(1).at("content") == "(a hint)");
    CHECK(hooked.last.transcript().size() == 4);
}

TEST_CASE("after_model may change the answer before its calls are looked at") {
    Hooked hooked;
    hooked.options.hooks.after_model = [](const AgentRun&, Reply& reply) {
        for (auto& call : reply.message.tool_calls) call.arguments = R"({"n":2})";
    };
    hooked.run();
    CHECK(hooked.told() == R"({"n":2})");
}

TEST_CASE("before_tool blocks a call, and the model is told why") {
    Hooked hooked;
    hooked.options.hooks.before_tool = [](const AgentRun&, const ToolCall& call,
                                          const json::value& arguments) {
        CHECK(call.name == "echo");
        CHECK(arguments.at("n") == 1);
        return ToolGate::block("not now");
    };
    const auto watched = hooked.run();
    CHECK(hooked.made == 0);
    CHECK(hooked.told().find("not now") != std::string::npos);
    CHECK(watched.outcome("call_1").status == ToolStatus::denied);
}

TEST_CASE("before_tool changes the arguments of a call, but not what the model said") {
    Hooked hooked;
    hooked.options.hooks.before_tool = [](const AgentRun&, const ToolCall&, const json::value&) {
        return ToolGate::change(parse_json(R"({"n":3})"));
    };
    hooked.run();
    CHECK(hooked.told() == R"({"n":3})");
    const auto assistant = hooked.messages(1)[1];
    CHECK(assistant.at("tool_calls").at(0).at("function").at("arguments") == R"({"n":1})");
}

TEST_CASE("before_tool answers in the place of a tool") {
    Hooked hooked;
    hooked.options.hooks.before_tool = [](const AgentRun&, const ToolCall&, const json::value&) {
        return ToolGate::answer(ToolResult("from the cache"));
    };
    const auto watched = hooked.run();
    CHECK(hooked.made == 0);
    CHECK(hooked.told() == "from the cache");
    CHECK(watched.outcome("call_1").status == ToolStatus::ok);
}

TEST_CASE("after_tool changes what the model is told") {
    Hooked hooked;
    hooked.options.hooks.after_tool = [](const AgentRun&, const ToolCall&, ToolResult& result) {
        result = ToolResult::error("censored");
    };
    const auto watched = hooked.run();
    CHECK(hooked.told() == "censored");
    CHECK(watched.outcome("call_1").status == ToolStatus::failed);
}

TEST_CASE("on_stop makes a run go on, three times at most") {
    AgentFixture fixture;
    fixture.simulator.always(text_answer("Done.").streamed());
    int asked = 0;
    fixture.options.hooks.on_stop = [&](const AgentRun& run) -> std::optional<UserMessage> {
        ++asked;
        CHECK(run.finished());
        return UserMessage(Content(std::string("Are you sure?")));
    };

    const auto watched = fixture.run();

    CHECK(watched.done().reason == StopReason::answered);
    CHECK(watched.done().totals.steps == 4);
    CHECK(asked == 3);
}

TEST_CASE("a condition of the user stops the run after a step, with its sentence") {
    Hooked hooked;
    hooked.options.hooks.stop_when = [](const AgentRun& run) -> std::optional<std::string> {
        if (run.totals().tool_calls == 0) return std::nullopt;
        return "one call is enough";
    };

    const auto watched = hooked.run();

    CHECK(watched.done().reason == StopReason::stop_condition);
    CHECK(watched.done().sentence.find("one call is enough") != std::string::npos);
    CHECK(hooked.simulator.requests().size() == 1);
    CHECK(hooked.made == 1);
    CHECK(fault_of(hooked.last) == "");
}

TEST_CASE("a hook that throws ends the run with its text, whichever it is") {
    const auto fail = [] { throw std::runtime_error("the hook broke"); };
    std::vector<std::function<void(AgentHooks&)>> setters = {
        [&](AgentHooks& hooks) {
            hooks.before_model = [&](const AgentRun&, MessageRequest&) { fail(); };
        },
        [&](AgentHooks& hooks) { hooks.after_model = [&](const AgentRun&, Reply&) { fail(); }; },
        [&](AgentHooks& hooks) {
            hooks.before_tool = [&](const AgentRun&, const ToolCall&, const json::value&) {
                fail();
                return ToolGate();
            };
        },
        [&](AgentHooks& hooks) {
            hooks.after_tool = [&](const AgentRun&, const ToolCall&, ToolResult&) { fail(); };
        },
        [&](AgentHooks& hooks) {
            hooks.on_stop = [&](const AgentRun&) -> std::optional<UserMessage> {
                fail();
                return std::nullopt;
            };
        },
        [&](AgentHooks& hooks) {
            hooks.stop_when = [&](const AgentRun&) -> std::optional<std::string> {
                fail();
                return std::nullopt;
            };
        },
    };
    for (std::size_t n = 0; n < setters.size(); ++n) {
        CAPTURE(n);
        Hooked hooked;
        setters[n](hooked.options.hooks);
        const auto watched = hooked.run();
        CHECK(watched.done().reason == StopReason::hook);
        CHECK(watched.done().sentence.find("the hook broke") != std::string::npos);
        CHECK(fault_of(hooked.last) == "");
    }
}
