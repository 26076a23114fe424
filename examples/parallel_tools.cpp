// Tools that a model calls in one turn run at once; an exclusive one waits and runs alone.
#include <capstan/agent.hpp>
#include <capstan/capstan.hpp>
#include <capstan/tools/registry.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/describe/class.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <variant>

namespace asio = boost::asio;

struct PageArgs {
    std::string url;
};
BOOST_DESCRIBE_STRUCT(PageArgs, (), (url))

// Slow, but it only waits: a hundred of these cost no more threads than one.
asio::awaitable<capstan::ToolResult> measure(PageArgs args, capstan::ToolContext& context) {
    context.progress("waiting for " + args.url);
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(200));
    co_await timer.async_wait(asio::use_awaitable);
    co_return args.url + " answers in 200 ms";
}

asio::awaitable<void> compare(const capstan::Agent& agent) {
    namespace event = capstan::agent_event;
    auto run = agent.run("Which of one.example, two.example and three.example is slowest?");
    while (auto next = co_await run.next()) {
        if (const auto* progress = std::get_if<event::ToolProgress>(&*next))
            std::printf("%s: %s\n", progress->call_id.c_str(), progress->text.c_str());
        else if (const auto* end = std::get_if<event::ToolFinished>(&*next))
            std::printf("%s: %s\n", end->call.id.c_str(),
                        capstan::text_of(end->outcome.content).c_str());
        else if (const auto* done = std::get_if<event::Done>(&*next))
            std::printf("%s\n%s\n", done->text.c_str(), done->sentence.c_str());
    }
}

int main() {
    try {
        capstan::OpenRouterHandler handler(capstan::OpenRouterOptions{});
        capstan::ToolRegistry tools;
        tools.add("measure", "Measures how fast a page answers", measure);
        capstan::ToolOptions alone;
        alone.exclusive = true;  // what was called before it ends first
        tools.add(
            "clear_cache", "Empties the cache that all measurements share",
            [](capstan::json::object) { return "The cache is empty"; }, alone);

        capstan::Agent agent(handler, tools);
        agent.options().max_parallel_tools = 4;

        asio::io_context io;
        asio::co_spawn(io, compare(agent), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        io.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
