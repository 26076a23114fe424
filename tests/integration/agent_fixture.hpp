#pragma once

#include "openrouter_fixture.hpp"

#include <capstan/agent.hpp>
#include <capstan/testing/answers.hpp>
#include <capstan/tools/registry.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::testing {

/// What came out of a run.
struct Watched {
    Watched() = default;

    std::vector<AgentEvent> events;
    std::exception_ptr error;

    template <class Event>
    std::vector<Event> all() const {
        std::vector<Event> found;
        for (const auto& event : events)
            if (const auto* each = std::get_if<Event>(&event)) found.push_back(*each);
        return found;
    }
    /// Throws where there is none, or several.
    agent_event::Done done() const;
    std::string text() const;
    /// The outcome of that call.
    ToolOutcome outcome(std::string_view call_id) const;
};

/// Called for each event, before the next one is awaited.
using Watcher = std::function<void(AgentStream&, const AgentEvent&)>;

asio::awaitable<void> watch(AgentStream& stream, Watched& watched, Watcher watcher);

/// A simulator, a handler of it, and tools; a run is awaited to its end on `io`.
struct AgentFixture {
    AgentFixture();

    Watched run(std::string message = "Go.", Watcher watcher = {});
    Watched run(AgentStream stream, Watcher watcher = {});
    Agent agent() { return Agent(handler, tools, options); }

    /// A tool without arguments to speak of.
    void add(std::string name, ToolRegistry::Handler handler, ToolOptions options = {});
    /// A tool that says its name.
    void add(std::string name, ToolOptions options = {});

    /// The messages of a request, and the last one of them.
    json::array messages(std::size_t request) const;
    json::object last_message(std::size_t request) const;

    Simulator simulator;
    std::shared_ptr<VirtualClock> clock = std::make_shared<VirtualClock>();
    OpenRouterHandler handler;
    ToolRegistry tools;
    AgentOptions options;
    asio::io_context io{1};
    AgentRun last;  ///< as it was at the end of run()
};

/// Calls with the ids call_1, call_2, ... and these names, without arguments.
Answer calls(std::initializer_list<std::string_view> names);

/// Stops tools until a test lets them go on. Once open it stays so.
class Gate {
public:
    explicit Gate(asio::io_context& io) : timer_(io, asio::steady_timer::time_point::max()) {}

    asio::awaitable<void> pass();
    void open() {
        open_ = true;
        timer_.cancel();
    }

private:
    asio::steady_timer timer_;
    bool open_ = false;
};

/// Calls `then` on `io` as soon as the simulator has seen that many requests.
void after_requests(AgentFixture& fixture, std::size_t count, std::function<void()> then);

/// Until cancelled.
asio::awaitable<ToolResult> wait_for_ever();

/// Everything that a resumable transcript has to be.
std::string fault_of(const AgentRun& run);

}  // namespace capstan::testing
