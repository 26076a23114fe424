// A provider of one's own is one class: a coroutine that yields chunks. An agent takes it like any.
#include <capstan/agent.hpp>
#include <capstan/api_handler.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <variant>

namespace asio = boost::asio;

/// Answers with the question, backwards. A real one would `co_await` its server's bytes here.
class MirrorHandler final : public capstan::ApiHandler {
public:
    using ApiHandler::create_message;

    capstan::ChunkStream create_message(capstan::MessageRequest request) override {
        const auto question = last_question(request.messages);
        for (auto c = question.rbegin(); c != question.rend(); ++c) {
            capstan::TextChunk text(std::string(1, *c));
            co_yield std::move(text);
        }
        capstan::UsageChunk usage;
        usage.usage.source = capstan::UsageSource::stream;
        usage.usage.input_tokens = static_cast<std::int64_t>(question.size());
        usage.usage.output_tokens = usage.usage.input_tokens;
        usage.usage.total_cost = capstan::Money();
        co_yield std::move(usage);
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
    static std::string last_question(const capstan::Conversation& messages) {
        const auto* user = std::get_if<capstan::UserMessage>(&messages.messages().back());
        return user ? capstan::text_of(user->content) : std::string();
    }
};

asio::awaitable<void> talk(const capstan::Agent& agent) {
    const auto done = co_await agent.run_to_end("natspac");
    std::printf("%s (%s, %lld tokens)\n", done.text.c_str(),
                std::string(to_string(done.reason)).c_str(),
                static_cast<long long>(done.totals.input_tokens + done.totals.output_tokens));
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
