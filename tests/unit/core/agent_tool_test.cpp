// Tools as an agent runs them: how much of their progress is kept, and whose event loop may end.
#include "agent/agent_inbox.hpp"
#include "agent/running_tool.hpp"

#include <capstan/agent.hpp>
#include <capstan/providers/scripted_handler.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>

using namespace capstan;

namespace {

class FunctionTool final : public Tool {
public:
    using Body = std::function<asio::awaitable<ToolResult>(ToolContext&)>;

    explicit FunctionTool(Body body) : body_(std::move(body)) { definition_.name = "work"; }
    const capstan::FunctionTool& definition() const override { return definition_; }
    asio::awaitable<ToolResult> run(json::value, ToolContext& context) override {
        return body_(context);
    }

private:
    capstan::FunctionTool definition_;
    Body body_;
};

class OneTool final : public ToolSource {
public:
    explicit OneTool(FunctionTool::Body body)
        : tool_(std::make_shared<FunctionTool>(std::move(body))) {}
    std::vector<std::shared_ptr<Tool>> tools() const override { return {tool_}; }

private:
    std::shared_ptr<Tool> tool_;
};

asio::awaitable<ToolResult> tell_often(ToolContext& context, int times) {
    for (int i = 0; i < times; ++i) context.progress(std::to_string(i));
    co_return ToolResult("Told.");
}

asio::awaitable<ToolResult> wait_on(asio::any_io_executor executor, std::shared_ptr<int> alive) {
    asio::steady_timer timer(executor, asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
    co_return ToolResult(std::to_string(*alive));
}

asio::awaitable<ToolResult> wait_in_coroutine(asio::any_io_executor executor,
                                              std::shared_ptr<int> alive) {
    auto waiting = asio::co_spawn(executor, wait_on(executor, std::move(alive)),
                                  asio::use_awaitable);
    co_return co_await std::move(waiting);
}

using Watcher = std::function<void(const AgentEvent&)>;

asio::awaitable<void> read(AgentStream& stream, Watcher watcher) {
    while (auto event = co_await stream.next()) watcher(*event);
}

/// Two calls of the tool, and an answer.
void script(ScriptedHandler& handler) {
    handler.add(ScriptedAnswer().tool_call("call_1", "work").tool_call("call_2", "work"));
    handler.add(ScriptedAnswer().text("Done."));
}

detail::InboxItem news_of(const std::shared_ptr<detail::RunningTool>& tool, int number) {
    detail::ToolNews news;
    news.tool = tool;
    news.text = std::to_string(number);
    return news;
}

}  // namespace

TEST_CASE("an inbox keeps the newest progress of each tool, counts the rest, and nothing else goes") {
    const auto inbox = std::make_shared<detail::AgentInbox>();
    std::vector<std::shared_ptr<detail::RunningTool>> tools;
    for (int i = 0; i < 3; ++i)
        tools.push_back(std::make_shared<detail::RunningTool>(inbox, ToolCall(), nullptr));
    std::mt19937 random(5);
    std::vector<int> told(3), seen(3), dropped(3), last(3, -1);
    int pieces = 0;
    int pieces_seen = 0;
    const auto take = [&] {
        auto item = inbox->take();
        if (!item) return false;
        const auto* news = std::get_if<detail::ToolNews>(&*item);
        if (!news) return ++pieces_seen > 0;
        const auto tool = static_cast<std::size_t>(
            std::find(tools.begin(), tools.end(), news->tool) - tools.begin());
        dropped[tool] += static_cast<int>(news->dropped);
        const int number = std::stoi(news->text);
        CHECK(number == last[tool] + 1 + static_cast<int>(news->dropped));
        last[tool] = number;
        ++seen[tool];
        return true;
    };
    for (int i = 0; i < 3000; ++i) {
        const auto tool = random() % 4;
        if (tool == 3) {
            inbox->put(detail::ModelPiece());
            ++pieces;
        } else {
            inbox->put(news_of(tools[tool], told[tool]++));
        }
        if (i < 1500 && random() % 5 == 0) take();
    }
    int left = 0;
    while (take()) ++left;
    CHECK(left <= 3 * int(detail::AgentInbox::most_news) + pieces);
    CHECK(pieces_seen == pieces);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(seen[i] + dropped[i] == told[i]);
        CHECK(last[i] == told[i] - 1);
        CHECK(dropped[i] > 0);
    }
}

TEST_CASE("progress that nobody comes for is bounded, and the end of the tool is told all the same") {
    constexpr int times = 100'000;
    ScriptedHandler handler;
    script(handler);
    const OneTool tools([](ToolContext& context) { return tell_often(context, times); });
    const Agent agent(handler, tools);
    auto stream = agent.run("Go.");
    std::size_t seen = 0, dropped = 0, finished = 0;
    std::string last;
    asio::io_context io(1);
    const Watcher watcher = [&](const AgentEvent& event) {
        if (const auto* progress = std::get_if<agent_event::ToolProgress>(&event)) {
            ++seen;
            dropped += progress->dropped;
            last = progress->text;
            if (progress->dropped > 0)
                CHECK(to_json(event).at("dropped").to_number<std::size_t>() == progress->dropped);
        }
        finished += std::holds_alternative<agent_event::ToolFinished>(event);
    };
    asio::co_spawn(io, read(stream, watcher), asio::detached);
    io.run();
    CHECK(finished == 2);
    CHECK(seen + dropped == 2 * times);
    CHECK(seen <= 2 * detail::AgentInbox::most_news);
    CHECK(last == std::to_string(times - 1));
    CHECK(stream.run().finished());
}

TEST_CASE("a tool that waits on an event loop that is destroyed fails, and the run goes on") {
    ScriptedHandler handler;
    script(handler);
    const auto alive = std::make_shared<int>(1);
    auto other = std::make_unique<asio::io_context>(1);
    // No strand of it: Asio keeps that in the canceller of the coroutine, beyond its loop's end.
    const OneTool tools([&](ToolContext&) {
        return wait_in_coroutine(other->get_executor(), alive);
    });
    const Agent agent(handler, tools);
    auto stream = agent.run("Go.");
    asio::io_context io(1);
    std::vector<agent_event::ToolFinished> finished;
    int started = 0;
    asio::steady_timer later(io);
    const Watcher watcher = [&](const AgentEvent& event) {
        if (const auto* end = std::get_if<agent_event::ToolFinished>(&event))
            finished.push_back(*end);
        if (!std::holds_alternative<agent_event::ToolStarted>(event) || ++started < 2) return;
        later.expires_after(std::chrono::milliseconds(5));
        later.async_wait([&](auto) {
            other->poll();  // what was posted to it begins to wait
            other.reset();
        });
    };
    asio::co_spawn(io, read(stream, watcher), asio::detached);
    io.run();
    REQUIRE(finished.size() == 2);
    for (const auto& end : finished) {
        CHECK(end.outcome.status == ToolStatus::failed);
        CHECK(text_of(end.outcome.content).find("broken off") != std::string::npos);
    }
    CHECK(stream.run().finished()->reason == StopReason::answered);
    CHECK(alive.use_count() == 1);
}

TEST_CASE("a run whose event loop is destroyed in the middle of its tools leaks nothing") {
    for (const bool own_coroutine : {false, true}) {
        for (const bool stream_first : {false, true}) {
            for (int polls = 0; polls < 40; ++polls) {
                ScriptedHandler handler;
                script(handler);
                const auto alive = std::make_shared<int>(1);
                auto io = std::make_unique<asio::io_context>(1);
                const OneTool tools([&](ToolContext&) {
                    const auto strand = asio::make_strand(*io);
                    return own_coroutine ? wait_in_coroutine(strand, alive)
                                         : wait_on(strand, alive);
                });
                const Agent agent(handler, tools);
                auto stream = std::make_unique<AgentStream>(agent.run("Go."));
                const Watcher watcher = [](const AgentEvent&) {};
                asio::co_spawn(*io, read(*stream, watcher), asio::detached);
                for (int i = 0; i < polls; ++i) io->poll_one();
                if (polls % 3 == 1) stream->cancel();
                if (stream_first) stream.reset();
                io.reset();
                CHECK(alive.use_count() == 1);
                if (stream) stream->cancel();
            }
        }
    }
}
