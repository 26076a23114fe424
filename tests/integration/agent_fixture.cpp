#include "agent_fixture.hpp"

#include <capstan/context.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <stdexcept>
#include <utility>

namespace capstan::testing {

agent_event::Done Watched::done() const {
    if (error) std::rethrow_exception(error);
    const auto dones = all<agent_event::Done>();
    if (dones.size() != 1 || !std::holds_alternative<agent_event::Done>(events.back()))
        throw std::runtime_error("a run has to end with one Done");
    return dones.front();
}

std::string Watched::text() const {
    std::string text;
    for (const auto& each : all<agent_event::Text>()) text += each.text;
    return text;
}

ToolOutcome Watched::outcome(std::string_view call_id) const {
    std::vector<ToolOutcome> found;
    for (const auto& each : all<agent_event::ToolFinished>())
        if (each.call.id == call_id) found.push_back(each.outcome);
    if (found.size() != 1) throw std::runtime_error("a call has to finish once");
    return found.front();
}

asio::awaitable<void> watch(AgentStream& stream, Watched& watched, Watcher watcher) {
    while (auto event = co_await stream.next()) {
        watched.events.push_back(*event);
        if (watcher) watcher(stream, *event);
    }
}

AgentFixture::AgentFixture() : handler(options_for(simulator, clock)) {}

Watched AgentFixture::run(std::string message, Watcher watcher) {
    return run(agent().run(std::move(message)), std::move(watcher));
}

Watched AgentFixture::run(AgentStream stream, Watcher watcher) {
    Watched watched;
    io.restart();
    asio::co_spawn(io, watch(stream, watched, std::move(watcher)),
                   [&](std::exception_ptr error) { watched.error = std::move(error); });
    io.run();
    last = stream.run();
    return watched;
}

void AgentFixture::add(std::string name, ToolRegistry::Handler tool, ToolOptions tool_options) {
    json::object schema;
    schema["type"] = "object";
    tools.add(std::move(name), "A tool of a test.", std::move(schema), std::move(tool),
              tool_options);
}

void AgentFixture::add(std::string name, ToolOptions tool_options) {
    auto tool = [](json::value, ToolContext& context) -> asio::awaitable<ToolResult> {
        co_return ToolResult("result of " + context.tool_name);
    };
    add(std::move(name), ToolRegistry::Handler(tool), tool_options);
}

json::array AgentFixture::messages(std::size_t request) const {
    return simulator.requests(Simulator::chat).at(request).json().at("messages").as_array();
}

json::object AgentFixture::last_message(std::size_t request) const {
    return messages(request).back().as_object();
}

Answer calls(std::initializer_list<std::string_view> names) {
    std::vector<AnswerToolCall> made;
    for (const auto name : names)
        made.emplace_back("call_" + std::to_string(made.size() + 1), std::string(name), "{}");
    return tool_call_answer(std::move(made));
}

asio::awaitable<void> Gate::pass() {
    while (!open_) {
        boost::system::error_code error;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return;
    }
}

void after_requests(AgentFixture& fixture, std::size_t count, std::function<void()> then) {
    auto timer = std::make_shared<asio::steady_timer>(fixture.io, std::chrono::milliseconds(1));
    timer->async_wait([&fixture, count, then = std::move(then),
                       timer](boost::system::error_code error) mutable {
        if (error) return;
        if (fixture.simulator.request_count() >= count) return then();
        after_requests(fixture, count, std::move(then));
    });
}

asio::awaitable<ToolResult> wait_for_ever() {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
    co_return ToolResult("waited");
}

std::string fault_of(const AgentRun& run) { return transcript_fault(run.transcript()); }

}  // namespace capstan::testing
