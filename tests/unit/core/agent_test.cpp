// The executor of the loop with a scripted model: what needs no socket.
#include <capstan/agent.hpp>
#include <capstan/context.hpp>
#include <capstan/providers/scripted_handler.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>

using namespace capstan;

namespace {

class ScriptedTool final : public Tool {
public:
    using Body = std::function<asio::awaitable<ToolResult>(json::value, ToolContext&)>;

    ScriptedTool(std::string name, Body body, ToolOptions options = {})
        : body_(std::move(body)), options_(options) {
        definition_.name = std::move(name);
    }
    const FunctionTool& definition() const override { return definition_; }
    ToolOptions options() const override { return options_; }
    asio::awaitable<ToolResult> run(json::value arguments, ToolContext& context) override {
        return body_(std::move(arguments), context);
    }

private:
    FunctionTool definition_;
    Body body_;
    ToolOptions options_;
};

class Tools final : public ToolSource {
public:
    std::vector<std::shared_ptr<Tool>> tools() const override { return all; }
    std::vector<std::shared_ptr<Tool>> all;
};

asio::awaitable<ToolResult> say(std::string text) { co_return ToolResult(std::move(text)); }

asio::awaitable<ToolResult> say_later(std::string text, int turns) {
    for (int i = 0; i < turns; ++i) {
        auto yielding = asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        co_await std::move(yielding);
    }
    co_return ToolResult(std::move(text));
}

/// Without a usage: an invented one would spoil the estimate of the context.
ScriptedAnswer long_call(int n) {
    const auto number = std::to_string(n);
    auto arguments = R"({"n":)" + number + R"(,"text":")" + std::string(400, 'a') + "\"}";
    return ScriptedAnswer().tool_call("id" + number, "echo", std::move(arguments)).no_usage();
}

struct Loop {
    Loop() {
        tools.all.push_back(std::make_shared<ScriptedTool>(
            "echo", [](json::value arguments, ToolContext&) {
                return say(to_json_text(arguments));
            }));
    }

    agent_event::Done run(AgentStream stream,
                          std::function<void(AgentStream&, const AgentEvent&)> watcher = {}) {
        agent_event::Done done;
        std::exception_ptr failure;
        asio::io_context io(1);
        asio::co_spawn(io, read(stream, done, events, std::move(watcher)),
                       [&](std::exception_ptr error) { failure = std::move(error); });
        io.run();
        last = stream.run();
        if (failure) std::rethrow_exception(failure);
        return done;
    }
    agent_event::Done run() { return run(agent().run("Go.")); }
    Agent agent() { return Agent(handler, tools, options); }

    using Watcher = std::function<void(AgentStream&, const AgentEvent&)>;
    static asio::awaitable<void> read(AgentStream& stream, agent_event::Done& done,
                                      std::vector<AgentEvent>& events, Watcher watcher) {
        while (auto event = co_await stream.next()) {
            events.push_back(*event);
            if (watcher) watcher(stream, *event);
            if (const auto* end = std::get_if<agent_event::Done>(&*event)) done = *end;
        }
    }

    ScriptedHandler handler;
    Tools tools;
    AgentOptions options;
    std::vector<AgentEvent> events;
    AgentRun last;
};

}  // namespace

TEST_CASE("a scripted loop of ten steps gives ten calls of the model and one answer") {
    Loop loop;
    for (int i = 0; i < 9; ++i)
        loop.handler.add(ScriptedAnswer().tool_call("id" + std::to_string(i), "echo",
                                                    R"({"n":)" + std::to_string(i) + "}"));
    loop.handler.add(ScriptedAnswer().text("Done."));

    const auto done = loop.run();

    CHECK(done.reason == StopReason::answered);
    CHECK(done.text == "Done.");
    CHECK(done.totals.steps == 10);
    CHECK(done.totals.tool_calls == 9);
    CHECK(done.totals.cost.to_string() == "0.001");
    CHECK(loop.handler.requests().back().messages.size() == 19);
    CHECK(transcript_fault(loop.last.transcript()) == "");
}

TEST_CASE("a fast model is not read further ahead than the consumer can follow") {
    Loop loop;
    ScriptedAnswer answer;
    for (int i = 0; i < 10'001; ++i) answer.text("y");
    loop.handler.add(std::move(answer));

    const auto done = loop.run();

    CHECK(done.text.size() == 10'001);
    const auto texts = std::count_if(loop.events.begin(), loop.events.end(), [](const auto& event) {
        return std::holds_alternative<agent_event::Text>(event);
    });
    CHECK(texts == 10'001);
}

TEST_CASE("a handler that throws something else ends the run with an error, too") {
    Loop loop;
    loop.handler.otherwise([](const MessageRequest&) -> ScriptedAnswer {
        throw std::logic_error("out of ideas");
    });
    const auto done = loop.run();
    CHECK(done.reason == StopReason::error);
    REQUIRE(done.error);
    CHECK(done.error->summary.find("out of ideas") != std::string::npos);
}

TEST_CASE("a handler that does not begin is not waited for when the run is cancelled") {
    Loop loop;
    ScriptedAnswer never;
    never.wait([]() -> asio::awaitable<void> {
        const auto executor = co_await asio::this_coro::executor;
        asio::steady_timer timer(executor, asio::steady_timer::time_point::max());
        co_await timer.async_wait(asio::use_awaitable);
    });
    loop.handler.add(std::move(never));

    const auto done = loop.run(loop.agent().run("Go."), [](AgentStream& stream,
                                                           const AgentEvent& event) {
        if (std::holds_alternative<agent_event::StepStarted>(event)) stream.cancel();
    });

    CHECK(done.reason == StopReason::cancelled);
}

TEST_CASE("what the model costs is added to a shared budget, and others' spending to the totals") {
    Loop loop;
    loop.options.budget = std::make_shared<Budget>();
    loop.options.budget->add(Money::from_nano_usd(1), 1);  // before the run: of no concern
    loop.tools.all.push_back(std::make_shared<ScriptedTool>(
        "spend", [](json::value, ToolContext& context) {
            context.budget->add(Money::from_nano_usd(7'000), 70);
            return say("spent");
        }));
    loop.handler.add(ScriptedAnswer().tool_call("id", "spend"));
    loop.handler.add(ScriptedAnswer().text("Done."));

    const auto done = loop.run();

    CHECK(done.totals.sub_agents_cost == Money::from_nano_usd(7'000));
    CHECK(done.totals.sub_agents_tokens == 70);
    CHECK(done.totals.cost == Money::from_nano_usd(200'000));
    CHECK(loop.options.budget->spent().cost == Money::from_nano_usd(207'001));
    CHECK(loop.options.budget->spent().tokens == 101);
}

TEST_CASE("a part of a budget is limited by the whole, and counts in it") {
    const auto whole = std::make_shared<Budget>();
    Budget part(whole);
    CHECK(!part.left().cost);
    CHECK(!part.left().tokens);
    whole->limit(Money::from_nano_usd(10), std::nullopt);
    part.limit(Money::from_nano_usd(20), 5);
    part.add(Money::from_nano_usd(4), 3);
    whole->add(Money::from_nano_usd(3), 1);
    CHECK(whole->spent().cost == Money::from_nano_usd(7));
    CHECK(part.spent().cost == Money::from_nano_usd(4));
    CHECK(part.left().cost == Money::from_nano_usd(3));
    CHECK(part.left().tokens == 2);
    part.add(Money::from_nano_usd(5), 0);
    CHECK(part.left().cost == Money::from_nano_usd(-2));
}

TEST_CASE("a summary is asked of the model for summaries, and is no answer of the run") {
    Loop loop;
    ScriptedHandler summariser;
    summariser.otherwise(
        [](const MessageRequest&) { return ScriptedAnswer().text("What was done."); });
    loop.options.summariser = &summariser;
    loop.options.summary_model = "cheap/model";
    loop.options.context.context_length = 2'000;
    loop.options.context.reserve = 100;
    loop.options.context.recent_tokens = 100;
    loop.options.context.recent_results = 1;
    int n = 0;
    loop.handler.otherwise([&](const MessageRequest&) {
        if (++n > 12) return ScriptedAnswer().text("Done.");
        return long_call(n);
    });

    const auto done = loop.run();

    CHECK(done.reason == StopReason::answered);
    CHECK(done.text == "Done.");
    CHECK(!summariser.requests().empty());
    for (const auto& request : summariser.requests()) CHECK(request.model == "cheap/model");
    CHECK(std::any_of(loop.events.begin(), loop.events.end(), [](const auto& event) {
        const auto* notice = std::get_if<agent_event::Notice>(&event);
        return notice && notice->compaction && notice->compaction->summarised;
    }));
    for (const auto& event : loop.events)
        if (const auto* text = std::get_if<agent_event::Text>(&event)) CHECK(text->text == "Done.");
    CHECK(transcript_fault(loop.last.transcript()) == "");
}

TEST_CASE("a summary that fails does not fail the run") {
    Loop loop;
    ScriptedHandler broken;
    broken.otherwise([](const MessageRequest&) {
        return ScriptedAnswer().error(ErrorKind::server, "no summaries today");
    });
    loop.options.summariser = &broken;
    loop.options.context.context_length = 1'000;
    loop.options.context.reserve = 100;
    loop.options.context.recent_tokens = 100;
    int n = 0;
    loop.handler.otherwise([&](const MessageRequest&) {
        if (++n > 12) return ScriptedAnswer().text("Done.");
        return long_call(n);
    });
    CHECK(loop.run().text == "Done.");
    CHECK(!broken.requests().empty());
    CHECK(transcript_fault(loop.last.transcript()) == "");
}

TEST_CASE("a run that is cancelled at any event ends valid, and goes on when told to") {
    for (std::size_t at = 0;; ++at) {
        Loop loop;
        loop.tools.all.push_back(std::make_shared<ScriptedTool>(
            "later", [](json::value, ToolContext&) { return say_later("later", 3); }));
        loop.handler.add(ScriptedAnswer().tool_call("a", "later").tool_call("b", "echo"));
        loop.handler.add(ScriptedAnswer().text("Done."));
        std::size_t seen = 0;
        const auto done = loop.run(loop.agent().run("Go."),
                                   [&](AgentStream& stream, const AgentEvent&) {
                                       if (seen++ == at) stream.cancel();
                                   });
        CAPTURE(at);
        CHECK(transcript_fault(loop.last.transcript()) == "");
        if (seen <= at) {
            CHECK(done.reason == StopReason::answered);
            break;
        }
        const bool over = std::holds_alternative<agent_event::Done>(loop.events.at(at));
        CHECK((done.reason == StopReason::cancelled || over || done.text == "Done."));

        loop.handler.clear();
        loop.handler.add(ScriptedAnswer().text("Again."));
        const auto again = loop.run(loop.agent().resume(loop.last, UserMessage(Content("Go on."))));
        CHECK(again.text == "Again.");
        CHECK(transcript_fault(loop.last.transcript()) == "");
    }
}

TEST_CASE("a run that is cut at any event and loaded again ends as it would have ended") {
    const auto script = [](Loop& loop) {
        loop.options.approval.ask("echo");
        loop.handler.otherwise([](const MessageRequest& request) {
            const auto calls = (request.messages.size() - 1) / 2;
            if (calls == 2) return ScriptedAnswer().text("Done.");
            return ScriptedAnswer().tool_call("id" + std::to_string(calls), "echo",
                                              R"({"n":)" + std::to_string(calls) + "}");
        });
    };
    const auto approve = [](AgentStream& stream, const AgentEvent& event) {
        if (const auto* wanted = std::get_if<agent_event::ApprovalWanted>(&event))
            stream.answer(ApprovalAnswer::allow(wanted->request));
    };
    for (std::size_t at = 0;; ++at) {
        Loop loop;
        script(loop);
        std::size_t seen = 0;
        std::optional<AgentRun> saved;
        loop.run(loop.agent().run("Go."), [&](AgentStream& stream, const AgentEvent& event) {
            if (seen++ == at) saved = stream.run();
            approve(stream, event);
        });
        const auto whole = loop.last.transcript().to_json_text();
        if (!saved) break;
        Loop second;
        script(second);
        // A tool that had begun may have had its effects; here it may be made again.
        ToolOptions repeatable;
        repeatable.repeatable = true;
        second.tools.all.front() = std::make_shared<ScriptedTool>(
            "echo",
            [](json::value arguments, ToolContext&) { return say(to_json_text(arguments)); },
            repeatable);
        const auto done = second.run(second.agent().resume(*saved), approve);
        CAPTURE(at);
        CHECK(done.reason == StopReason::answered);
        CHECK(transcript_fault(second.last.transcript()) == "");
        if (second.last.transcript().to_json_text() != whole)
            CHECK(second.last.transcript().to_json_text().find("Interrupted") !=
                  std::string::npos);
    }
}

TEST_CASE("a thousand runs on one thread do not mix their events") {
    constexpr int count = 1'000;
    ScriptedOptions forgetful;
    forgetful.keep_requests = false;
    ScriptedHandler handler(forgetful);
    handler.otherwise([](const MessageRequest& request) {
        const auto messages = request.messages.messages();
        const auto name = text_of(std::get<UserMessage>(messages[0]).content);
        const auto number = std::to_string((messages.size() - 1) / 2);
        if (number == "3") return ScriptedAnswer().text("I am " + name);
        return ScriptedAnswer().tool_call(name + "." + number, "echo",
                                          R"({"who":")" + name + R"(","n":)" + number + "}");
    });
    Loop loop;
    const Agent agent(handler, loop.tools, loop.options);
    std::vector<AgentStream> streams;
    std::vector<std::vector<AgentEvent>> events(count);
    std::vector<agent_event::Done> dones(count);
    for (int i = 0; i < count; ++i) streams.push_back(agent.run(std::to_string(i)));
    asio::io_context io(1);
    for (std::size_t i = 0; i < count; ++i)
        asio::co_spawn(io, Loop::read(streams[i], dones[i], events[i], {}),
                       [](std::exception_ptr error) { CHECK(!error); });
    io.run();
    for (std::size_t i = 0; i < count; ++i) {
        REQUIRE(dones[i].text == "I am " + std::to_string(i));
        REQUIRE(dones[i].totals.steps == 4);
        std::size_t finished = 0;
        for (const auto& event : events[i]) {
            const auto* end = std::get_if<agent_event::ToolFinished>(&event);
            if (!end) continue;
            REQUIRE(end->call.id == std::to_string(i) + "." + std::to_string(finished++));
            REQUIRE(text_of(end->outcome.content) == end->call.arguments);
        }
        REQUIRE(finished == 3);
    }
}
