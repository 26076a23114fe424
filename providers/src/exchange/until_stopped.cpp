#include "exchange/until_stopped.hpp"

#include <capstan/generator.hpp>

#include <utility>

namespace capstan::exchange {

asio::awaitable<void> until_stopped(asio::awaitable<void> operation, std::stop_token stop) {
    asio::cancellation_signal signal;
    std::stop_callback on_stop(std::move(stop),
                               [&signal] { signal.emit(asio::cancellation_type::all); });
    auto running = detail::run_interruptible(std::move(operation), signal);
    co_await std::move(running);
}

}  // namespace capstan::exchange
