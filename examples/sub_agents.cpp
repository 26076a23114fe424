// An agent as a tool of another: it has its own conversation, and they share one budget.
#include <capstan/agent.hpp>
#include <capstan/capstan.hpp>
#include <capstan/tools/registry.hpp>
#include <capstan/tools/sub_agent.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <exception>
#include <variant>

namespace asio = boost::asio;
using namespace capstan::literals;

capstan::Agent make_expert(capstan::ApiHandler& handler, std::string instructions) {
    capstan::AgentOptions options;
    options.system_prompt = std::move(instructions);
    options.model = "openai/gpt-5-mini";
    options.limits.max_steps(5);
    return capstan::Agent(handler, options);
}

asio::awaitable<void> plan(const capstan::Agent& agent) {
    namespace event = capstan::agent_event;
    auto run = agent.run("Plan a weekend in Hamburg, with rain in mind.");
    while (auto next = co_await run.next()) {
        if (const auto* start = std::get_if<event::ToolStarted>(&*next))
            std::printf("asks %s: %s\n", start->call.name.c_str(), start->call.arguments.c_str());
        else if (const auto* end = std::get_if<event::ToolFinished>(&*next))
            std::printf("%s says: %s\n", end->call.name.c_str(),
                        capstan::text_of(end->outcome.content).c_str());
        else if (const auto* done = std::get_if<event::Done>(&*next))
            std::printf("%s\n($%s, and $%s of sub-agents)\n", done->text.c_str(),
                        done->totals.cost.to_string().c_str(),
                        done->totals.sub_agents_cost.to_string().c_str());
    }
}

int main() {
    try {
        capstan::OpenRouterHandler handler(capstan::OpenRouterOptions{});
        capstan::ToolRegistry tools;
        tools.add(capstan::sub_agent_tool("weather_expert", "Knows the weather of the season",
                                          make_expert(handler, "You know the climate of Europe.")));
        tools.add(capstan::sub_agent_tool("city_guide", "Knows museums, parks and food",
                                          make_expert(handler, "You are a guide to Hamburg.")));
        capstan::Agent agent(handler, tools);
        agent.limits().max_cost(0.50_usd);  // of all three together

        asio::io_context io;
        asio::co_spawn(io, plan(agent), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        io.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
