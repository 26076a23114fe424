// In a program with an event loop of its own (a window, a game): the agent has a thread, and its
// events come to the loop through a queue. Nothing here waits for the agent.
#include <capstan/agent.hpp>
#include <capstan/capstan.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>

namespace asio = boost::asio;

/// What a toolkit has as "post to the main thread" (QMetaObject::invokeMethod, g_idle_add, ...).
class MainLoop {
public:
    void post(capstan::AgentEvent event) {
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(event));
        changed_.notify_one();
    }

    /// The next event, or nothing when it is time to draw again.
    std::optional<capstan::AgentEvent> wait(std::chrono::milliseconds frame) {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, frame, [this] { return !events_.empty(); })) return {};
        auto event = std::move(events_.front());
        events_.pop_front();
        return event;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<capstan::AgentEvent> events_;
};

asio::awaitable<void> work(const capstan::Agent& agent, MainLoop& loop) {
    auto run = agent.run("What is a capstan?");
    while (auto event = co_await run.next()) loop.post(*std::move(event));
}

int main() {
    try {
        capstan::OpenRouterHandler handler(capstan::OpenRouterOptions{});
        const capstan::Agent agent(handler);
        MainLoop loop;
        asio::io_context io;
        asio::co_spawn(io, work(agent, loop), asio::detached);
        std::jthread thread([&io] { io.run(); });

        while (true) {
            const auto event = loop.wait(std::chrono::milliseconds(16));
            if (!event) continue;  // draw, read the mouse, ...
            if (const auto* text = std::get_if<capstan::agent_event::Text>(&*event))
                std::fputs(text->text.c_str(), stdout);
            const auto* done = std::get_if<capstan::agent_event::Done>(&*event);
            if (!done) continue;
            std::printf("\n(%s)\n", done->sentence.c_str());
            return 0;
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
