#include "kit_run.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <stdexcept>
#include <utility>

namespace capstan::testing {
namespace {

SimulatorOptions server_options() {
    SimulatorOptions options;
    options.base_path = "/v1";
    options.require_key = false;
    return options;
}

}  // namespace

asio::awaitable<void> InstantClock::sleep_for(std::chrono::milliseconds) {
    const auto executor = co_await asio::this_coro::executor;
    auto turn = asio::post(executor, asio::use_awaitable);
    co_await std::move(turn);
}

KitRun::KitRun(const ProviderKit& kit) : kit_(kit), server_(server_options()) {
    target_.base_url = server_.base_url();
    target_.api_key = "kit-secret-4711";
    target_.clock = std::make_shared<InstantClock>();
    handler_ = kit.make_handler(target_);
    if (!handler_) throw std::invalid_argument("The kit's make_handler() gave no handler.");
}

void KitRun::answer(SimResponse response) { server_.always("* *", std::move(response)); }

KitOutcome KitRun::call(const WireCase& wire_case) {
    asio::io_context context;
    KitOutcome outcome;
    auto stream = handler_->create_message(request_of(wire_case));
    asio::co_spawn(context, drain(std::move(stream), outcome), [](std::exception_ptr) {});
    context.run();
    return outcome;
}

void KitRun::add(std::string check, const WireCase& wire_case, std::string what) {
    findings_.emplace_back(std::move(check), wire_case.name, std::move(what));
}

MessageRequest request_of(const WireCase& wire_case) {
    auto request = wire_case.request;
    if (request.messages.empty()) request.messages.add_user("Hello.");
    return request;
}

asio::awaitable<void> drain(ChunkStream stream, KitOutcome& outcome) {
    try {
        while (auto chunk = co_await stream.next()) outcome.chunks.push_back(std::move(*chunk));
    } catch (const ApiError& error) {
        outcome.error = std::make_shared<ApiError>(error);
    } catch (const std::exception& error) {
        outcome.breach = std::string("an exception that is no ApiError: ") + error.what();
    }
    outcome.over = true;
    try {
        if (auto chunk = co_await stream.next())
            outcome.breach = "the stream gave a chunk after its end";
    } catch (const std::exception& error) {
        outcome.breach = std::string("the stream threw again after its end: ") + error.what();
    }
}

}  // namespace capstan::testing
