#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace capstan::testing {

namespace asio = boost::asio;

/// The two ends of a relayed connection.
struct SocketPair {
    SocketPair(asio::ip::tcp::socket from, asio::ip::tcp::socket to)
        : client(std::move(from)), server(std::move(to)) {}

    void close() noexcept;
    void reset() noexcept;

    asio::ip::tcp::socket client;
    asio::ip::tcp::socket server;
};

/// Any free port of 127.0.0.1.
asio::ip::tcp::acceptor listen_local(asio::io_context& context);
asio::awaitable<std::optional<asio::ip::tcp::socket>> connect_local(asio::any_io_executor executor,
                                                                    std::uint16_t port);
/// What has arrived; false at the end or at an error.
asio::awaitable<bool> read_piece(asio::ip::tcp::socket& socket, std::string& piece);
asio::awaitable<bool> write_all(asio::ip::tcp::socket& socket, std::string_view bytes);
/// Copies until either side ends, then closes both.
asio::awaitable<void> relay_both(std::shared_ptr<SocketPair> pair);

}  // namespace capstan::testing
