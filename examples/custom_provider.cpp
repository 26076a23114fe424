// A provider of one's own is one class: a coroutine that yields chunks. An agent takes it like any.
#include <capstan/agent.hpp>
#include <capstan/api_handler.hpp>
#include <capstan/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <exception>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace asio = boost::asio;

/// Answers with the words of the question, the last one first. A real one would `co_await` its
/// server's bytes here, and count what that tells.
class MirrorHandler final : public capstan::ApiHandler {
public:
    using ApiHandler::create_message;

    capstan::ChunkStream create_message(capstan::MessageRequest request) override {
        const auto words = words_of(last_question(request.messages));
        for (auto word = words.rbegin(); word != words.rend(); ++word) {
            capstan::TextChunk text((word == words.rbegin() ? "" : " ") + *word);
            co_yield std::move(text);
        }
        capstan::FinishChunk finish;
        finish.reason = capstan::FinishReason::stop;
        finish.model = "mirror";
        co_yield std::move(finish);
    }

    capstan::SelectedModel get_model() const override {
        capstan::SelectedModel model;
        model.id = "mirror";
        return model;
    }

private:
    static std::vector<std::string> words_of(const std::string& text) {
        std::istringstream in(text);
        return {std::istream_iterator<std::string>(in), {}};
    }

    static std::string last_question(const capstan::Conversation& messages) {
        if (messages.empty())
            throw capstan::ApiError(capstan::ErrorKind::invalid_request, "There is no question.");
        const auto* user = std::get_if<capstan::UserMessage>(&messages.messages().back());
        return user ? capstan::text_of(user->content) : std::string();
    }
};

asio::awaitable<void> talk(const capstan::Agent& agent) {
    const auto done = co_await agent.run_to_end("rope the hauls capstan a");
    std::printf("%s (%s)\n", done.text.c_str(), std::string(to_string(done.reason)).c_str());
}

int main() {
    try {
        MirrorHandler handler;
        const capstan::Agent agent(handler);
        asio::io_context io;
        asio::co_spawn(io, talk(agent), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        io.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
