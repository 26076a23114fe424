// Keeps an eye on the money: shows each step's cost, warns at half of the budget, and stops.
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
using namespace capstan::literals;

asio::awaitable<void> watch(const capstan::Agent& agent, capstan::Money half) {
    namespace event = capstan::agent_event;
    auto run = agent.run("Roll the dice until you have three sixes in a row.");
    bool warned = false;
    while (auto next = co_await run.next()) {
        if (const auto* step = std::get_if<event::StepUsage>(&*next)) {
            const auto& totals = step->totals;
            std::printf("step %lld: $%s so far, %lld tokens in, %lld out%s\n",
                        static_cast<long long>(totals.steps), totals.cost.to_string().c_str(),
                        static_cast<long long>(totals.input_tokens),
                        static_cast<long long>(totals.output_tokens),
                        totals.cost_complete ? "" : " (some steps did not tell)");
            if (totals.cost > half && !warned) std::printf("Half of the budget is spent.\n");
            warned = totals.cost > half;
        } else if (const auto* done = std::get_if<event::Done>(&*next)) {
            std::printf("%s: %s\n", std::string(to_string(done->reason)).c_str(),
                        done->sentence.c_str());
        }
    }
}

int main() {
    try {
        capstan::OpenRouterHandler handler(capstan::OpenRouterOptions{});
        capstan::ToolRegistry tools;
        tools.add("roll", "Rolls a die", [n = 0](capstan::json::object) mutable {
            return std::to_string(++n % 5 + 1);  // there is no six
        });
        capstan::Agent agent(handler, tools);
        // The limit holds before a call is made: its cost is projected.
        agent.limits().max_cost(0.01_usd);

        asio::io_context io;
        asio::co_spawn(io, watch(agent, 0.005_usd), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        io.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
