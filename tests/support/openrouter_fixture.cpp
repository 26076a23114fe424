#include "openrouter_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace capstan::testing {

std::chrono::system_clock::time_point VirtualClock::now() const {
    std::lock_guard lock(mutex_);
    return now_;
}

asio::awaitable<void> VirtualClock::sleep_for(std::chrono::milliseconds duration) {
    {
        std::lock_guard lock(mutex_);
        sleeps_.push_back(duration);
        now_ += duration;
    }
    auto executor = co_await asio::this_coro::executor;
    auto yielding = asio::post(executor, asio::use_awaitable);
    co_await std::move(yielding);
}

std::vector<std::chrono::milliseconds> VirtualClock::sleeps() const {
    std::lock_guard lock(mutex_);
    return sleeps_;
}

OpenRouterOptions options_for(const Simulator& simulator, std::shared_ptr<Clock> clock) {
    OpenRouterOptions options;
    options.api_key = "sk-or-v1-test";
    options.base_url = simulator.base_url();
    options.model = "test/model";
    options.clock = std::move(clock);
    options.http.proxy_from_environment = false;
    return options;
}

std::string Outcome::text() const {
    std::string all;
    for (const auto& chunk : chunks)
        if (const auto* text = std::get_if<TextChunk>(&chunk)) all += text->text;
    return all;
}

std::vector<Usage> Outcome::usages() const {
    std::vector<Usage> all;
    for (const auto& chunk : chunks)
        if (const auto* usage = std::get_if<UsageChunk>(&chunk)) all.push_back(usage->usage);
    return all;
}

std::vector<FinishChunk> Outcome::finishes() const {
    std::vector<FinishChunk> all;
    for (const auto& chunk : chunks)
        if (const auto* finish = std::get_if<FinishChunk>(&chunk)) all.push_back(*finish);
    return all;
}

namespace {

asio::awaitable<void> drain(ChunkStream stream, Outcome& outcome) {
    try {
        while (auto chunk = co_await stream.next()) outcome.chunks.push_back(std::move(*chunk));
    } catch (const ApiError& error) {
        outcome.error = std::make_shared<ApiError>(error);
    } catch (const std::exception& error) {
        outcome.foreign_error = error.what();
    }
}

}  // namespace

Outcome run_call(ApiHandler& handler, MessageRequest request) {
    asio::io_context context;
    Outcome outcome;
    asio::co_spawn(context, drain(handler.create_message(std::move(request)), outcome),
                   [](std::exception_ptr) {});
    context.run();
    return outcome;
}

Outcome run_call(ApiHandler& handler, std::string question) {
    MessageRequest request;
    request.messages = Conversation::user(std::move(question));
    return run_call(handler, std::move(request));
}

}  // namespace capstan::testing
