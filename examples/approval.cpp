// A person decides what is done: rules allow, deny or ask, and the answer is given to the run.
#include <capstan/agent.hpp>
#include <capstan/capstan.hpp>
#include <capstan/tools/registry.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/describe/class.hpp>

#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <variant>

namespace asio = boost::asio;

struct TransferArgs {
    std::string to;
    int euros = 0;
};
BOOST_DESCRIBE_STRUCT(TransferArgs, (), (to, euros))

capstan::ApprovalPolicy policy() {
    const auto small = [](const capstan::json::value& arguments) {
        return arguments.at("euros").to_number<int>() <= 10;
    };
    const auto huge = [](const capstan::json::value& arguments) {
        return arguments.at("euros").to_number<int>() > 1000;
    };
    return capstan::ApprovalPolicy()
        .deny("transfer", "More than 1000 euros are never transferred by an agent", huge)
        .allow("transfer", small)
        .ask("*");
}

capstan::ApprovalAnswer ask_person(const capstan::ApprovalRequest& request) {
    std::printf("%s %s ? [y/n] ", request.tool.c_str(), request.arguments.c_str());
    std::fflush(stdout);
    std::string line;
    std::getline(std::cin, line);
    if (line == "y") return capstan::ApprovalAnswer::allow(request);
    return capstan::ApprovalAnswer::deny(request, "the user said: " + line);
}

asio::awaitable<void> pay(const capstan::Agent& agent) {
    namespace event = capstan::agent_event;
    auto run = agent.run("Pay what I owe: Ada 5, Ben 50, Cy 500 and Di 5000 euros.");
    while (auto next = co_await run.next()) {
        if (const auto* wanted = std::get_if<event::ApprovalWanted>(&*next))
            run.answer(ask_person(wanted->request));
        else if (const auto* end = std::get_if<event::ToolFinished>(&*next))
            std::printf("%s: %s\n", std::string(to_string(end->outcome.status)).c_str(),
                        capstan::text_of(end->outcome.content).c_str());
        else if (const auto* done = std::get_if<event::Done>(&*next))
            std::printf("%s\n", done->text.c_str());
    }
}

int main() {
    try {
        capstan::OpenRouterHandler handler(capstan::OpenRouterOptions{});
        capstan::ToolRegistry tools;
        tools.add("transfer", "Transfers money",
                  [](TransferArgs args) { return std::to_string(args.euros) + " to " + args.to; });
        capstan::Agent agent(handler, tools);
        agent.options().approval = policy();

        asio::io_context io;
        asio::co_spawn(io, pay(agent), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        io.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
