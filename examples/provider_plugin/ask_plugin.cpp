// Loads a library of providers and asks one of them:
//     ask_plugin LIBRARY MODEL_URI QUESTION
#include <capstan/capstan.hpp>
#include <capstan/providers/provider_library.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <variant>

namespace asio = boost::asio;

asio::awaitable<void> print_answer(capstan::ApiHandler& handler, std::string question) {
    capstan::Conversation conversation;
    conversation.add_user(std::move(question));
    auto stream = handler.create_message("", std::move(conversation));
    while (auto chunk = co_await stream.next())
        if (const auto* text = std::get_if<capstan::TextChunk>(&*chunk))
            std::printf("%s", text->text.c_str());
    std::printf("\n");
}

int main(int count, char** arguments) {
    if (count != 4) {
        std::fprintf(stderr, "usage: ask_plugin LIBRARY MODEL_URI QUESTION\n");
        return 2;
    }
    try {
        auto registry = capstan::ProviderRegistry::with_builtin();
        for (const auto& name : capstan::load_provider_library(arguments[1], registry))
            std::printf("loaded: %s\n", name.c_str());
        const auto handler = registry.make_handler(arguments[2]);
        asio::io_context io;
        asio::co_spawn(io, print_answer(*handler, arguments[3]), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        io.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
