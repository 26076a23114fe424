#include <capstan/capstan.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <exception>
#include <variant>

namespace asio = boost::asio;

asio::awaitable<void> ask(capstan::ApiHandler& handler) {
    auto question = capstan::Conversation::user("What is a capstan?");
    auto stream = handler.create_message("Be brief.", question);
    while (auto chunk = co_await stream.next()) {
        if (const auto* text = std::get_if<capstan::TextChunk>(&*chunk)) {
            std::fputs(text->text.c_str(), stdout);
        } else if (const auto* usage = std::get_if<capstan::UsageChunk>(&*chunk)) {
            if (auto cost = usage->usage.total_cost)
                std::printf("\n(%s dollars)\n", cost->to_string().c_str());
        }
    }
}

int main() {
    try {
        capstan::OpenRouterOptions options;  // the key comes from OPENROUTER_API_KEY
        options.model = "openai/gpt-5-mini";
        capstan::OpenRouterHandler handler(options);

        asio::io_context io;
        asio::co_spawn(io, ask(handler), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        io.run();
    } catch (const capstan::ApiError& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
