// Several models for several jobs: a strong one plans, a coding one works, a fast one sums up.
#include <capstan/agent.hpp>
#include <capstan/capstan.hpp>
#include <capstan/tools/registry.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <variant>

namespace asio = boost::asio;

constexpr auto planning = "anthropic/claude-opus-4.5";
constexpr auto coding = "anthropic/claude-sonnet-4.5";
constexpr auto fast = "openai/gpt-5-nano";

asio::awaitable<std::string> ask(const capstan::Agent& agent, std::string question) {
    namespace event = capstan::agent_event;
    auto run = agent.run(std::move(question));
    while (auto next = co_await run.next()) {
        if (const auto* step = std::get_if<event::StepStarted>(&*next))
            std::printf("%s works\n", step->model.c_str());
        if (const auto* done = std::get_if<event::Done>(&*next)) co_return done->text;
    }
    co_return std::string();
}

asio::awaitable<void> work(const capstan::Agent& worker, const capstan::Agent& reporter) {
    const auto result = co_await ask(worker, "Make the tests of the rope project pass.");
    std::printf("%s\n", result.c_str());
    const auto report = co_await ask(reporter, "Say this in five words: " + result);
    std::printf("%s\n", report.c_str());
}

int main() {
    try {
        capstan::OpenRouterHandler handler(capstan::OpenRouterOptions{});
        capstan::ToolRegistry tools;
        tools.add("run_tests", "Runs the tests", [](capstan::json::object) { return "passed"; });

        capstan::Agent worker(handler, tools);
        worker.options().summary_model = fast;  // for long conversations
        // The first step decides how to go about it; the others follow.
        worker.options().hooks.before_model = [](const capstan::AgentRun& run,
                                                 capstan::MessageRequest& request) {
            const bool first = run.transcript().size() == 1;  // the task alone
            request.model = first ? planning : coding;
            if (first) request.system_prompt = "Think about what has to be done, then begin.";
        };
        capstan::AgentOptions brief;
        brief.model = fast;
        const capstan::Agent reporter(handler, brief);

        asio::io_context io;
        asio::co_spawn(io, work(worker, reporter), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        io.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
