// A tool given by a struct: its schema comes from the struct, and its arguments are read into it.
#include <capstan/agent.hpp>
#include <capstan/capstan.hpp>
#include <capstan/tools/registry.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <variant>

namespace asio = boost::asio;

enum class Unit { celsius, fahrenheit };
BOOST_DESCRIBE_ENUM(Unit, celsius, fahrenheit)

struct WeatherArgs {
    std::string city;
    std::optional<Unit> unit;
};
BOOST_DESCRIBE_STRUCT(WeatherArgs, (), (city, unit))

// What the model is told of the fields besides their types.
inline void describe(capstan::Fields<WeatherArgs>& fields) {
    fields(&WeatherArgs::city).about("Name of the city, in English").min_length(1);
}

capstan::ToolResult weather(WeatherArgs args) {
    if (args.city != "Hamburg")
        return capstan::ToolResult::error("No station in " + args.city +
                                          "; there is one in Hamburg");
    const bool celsius = args.unit.value_or(Unit::celsius) == Unit::celsius;
    return celsius ? "Rain, 11 C" : "Rain, 52 F";
}

asio::awaitable<void> ask(const capstan::Agent& agent) {
    auto run = agent.run("Should I take an umbrella in Hamburg?");
    while (auto event = co_await run.next()) {
        if (const auto* text = std::get_if<capstan::agent_event::Text>(&*event))
            std::fputs(text->text.c_str(), stdout);
        else if (const auto* end = std::get_if<capstan::agent_event::ToolFinished>(&*event))
            std::printf("[%s %s: %s]\n", end->call.name.c_str(), end->call.arguments.c_str(),
                        capstan::text_of(end->outcome.content).c_str());
        else if (const auto* done = std::get_if<capstan::agent_event::Done>(&*event))
            std::printf("\n(%s)\n", done->sentence.c_str());
    }
}

int main() {
    try {
        capstan::OpenRouterHandler handler(capstan::OpenRouterOptions{});
        capstan::ToolRegistry tools;
        tools.add("get_weather", "Current weather in a city", weather);
        capstan::Agent agent(handler, tools);
        agent.limits().max_steps(5);

        asio::io_context io;
        asio::co_spawn(io, ask(agent), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        io.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
