#pragma once

#include <boost/asio/awaitable.hpp>

#include <stop_token>

namespace capstan::exchange {

namespace asio = boost::asio;

/// Awaits `operation`, interrupted by `stop` (requested on the awaiting executor's thread) as well
/// as by the awaiting coroutine's own cancellation.
asio::awaitable<void> until_stopped(asio::awaitable<void> operation, std::stop_token stop);

}  // namespace capstan::exchange
