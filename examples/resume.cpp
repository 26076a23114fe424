// A session that survives its program: resume FILE [MESSAGE]. Without a message the run that was
// broken off goes on; with one the conversation does.
#include <capstan/agent.hpp>
#include <capstan/capstan.hpp>
#include <capstan/session.hpp>
#include <capstan/tools/registry.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace asio = boost::asio;

asio::awaitable<capstan::Session> newest_or_new(capstan::SessionStore& store) {
    const auto id = co_await store.latest();
    if (id) co_return co_await store.open(*id);
    co_return co_await store.create(capstan::AgentRunOptions());
}

asio::awaitable<void> go_on(const capstan::Agent& agent, capstan::SessionStore& store,
                            std::optional<capstan::UserMessage> message) {
    namespace event = capstan::agent_event;
    auto session = co_await newest_or_new(store);
    std::printf("session %s, %zu messages\n", session.id().c_str(),
                session.run().transcript().size());
    auto run = agent.run(session, std::move(message));
    while (auto next = co_await run.next()) {
        if (const auto* end = std::get_if<event::ToolFinished>(&*next))
            std::printf("%s: %s\n", end->call.name.c_str(),
                        capstan::text_of(end->outcome.content).c_str());
        else if (const auto* done = std::get_if<event::Done>(&*next))
            std::printf("%s\n%s\n", done->text.c_str(), done->sentence.c_str());
    }
    co_await session.flush();
}

int main(int argc, char** argv) {
    if (argc < 2) return std::fputs("usage: resume FILE [MESSAGE]\n", stderr), 2;
    try {
        capstan::OpenRouterHandler handler(capstan::OpenRouterOptions{});
        capstan::ToolRegistry tools;
        capstan::ToolOptions repeatable;
        repeatable.repeatable = true;  // runs again if a crash interrupted it
        tools.add(
            "look_up", "Looks a word up",
            [](capstan::json::object) { return "A vertical winch of a ship"; }, repeatable);
        const capstan::Agent agent(handler, tools);
        capstan::SessionStore store(std::make_unique<capstan::SqliteStateStore>(argv[1]));
        std::optional<capstan::UserMessage> message;
        if (argc > 2) message.emplace(std::string(argv[2]));

        asio::io_context io;
        asio::co_spawn(io, go_on(agent, store, message), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        io.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
