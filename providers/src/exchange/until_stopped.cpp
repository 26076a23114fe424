#include "exchange/until_stopped.hpp"

#include <capstan/generator.hpp>

#include <memory>
#include <utility>

namespace capstan::exchange {

asio::awaitable<void> until_stopped(asio::awaitable<void> operation, std::stop_token stop) {
    const auto executor = co_await asio::this_coro::executor;
    const auto signal = std::make_shared<asio::cancellation_signal>();
    const auto interrupt = [&executor, &signal] { detail::interrupt(executor, signal); };
    std::stop_callback on_stop(std::move(stop), interrupt);
    auto running = detail::run_interruptible(std::move(operation), signal);
    co_await std::move(running);
}

}  // namespace capstan::exchange
