#include "relay.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace capstan::testing {

using asio::ip::tcp;

namespace {

constexpr auto tuple_awaitable = asio::as_tuple(asio::use_awaitable);

asio::awaitable<void> copy_back(std::shared_ptr<SocketPair> pair) {
    std::string piece;
    while (co_await read_piece(pair->server, piece)) {
        const bool sent = co_await write_all(pair->client, piece);
        if (!sent) break;
    }
    pair->close();
}

}  // namespace

void SocketPair::close() noexcept {
    boost::system::error_code ignored;
    for (auto* socket : {&client, &server}) {
        if (!socket->is_open()) continue;
        socket->shutdown(tcp::socket::shutdown_both, ignored);
        socket->close(ignored);
    }
}

void SocketPair::reset() noexcept {
    boost::system::error_code ignored;
    for (auto* socket : {&client, &server}) {
        socket->set_option(asio::socket_base::linger(true, 0), ignored);
        socket->close(ignored);
    }
}

tcp::acceptor listen_local(asio::io_context& context) {
    return tcp::acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
}

asio::awaitable<std::optional<tcp::socket>> connect_local(asio::any_io_executor executor,
                                                          std::uint16_t port) {
    tcp::socket socket(executor);
    const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
    auto [error] = co_await socket.async_connect(endpoint, tuple_awaitable);
    if (error) co_return std::nullopt;
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    co_return std::move(socket);
}

asio::awaitable<bool> read_piece(tcp::socket& socket, std::string& piece) {
    piece.resize(64 * 1024);
    auto [error, count] = co_await socket.async_read_some(asio::buffer(piece), tuple_awaitable);
    piece.resize(error ? 0 : count);
    co_return !error;
}

asio::awaitable<bool> write_all(tcp::socket& socket, std::string_view bytes) {
    auto [error, count] = co_await asio::async_write(
        socket, asio::const_buffer(bytes.data(), bytes.size()), tuple_awaitable);
    co_return !error;
}

asio::awaitable<void> relay_both(std::shared_ptr<SocketPair> pair) {
    const auto executor = pair->client.get_executor();
    asio::co_spawn(executor, copy_back(pair), asio::detached);
    std::string piece;
    while (co_await read_piece(pair->client, piece)) {
        const bool sent = co_await write_all(pair->server, piece);
        if (!sent) break;
    }
    pair->close();
}

}  // namespace capstan::testing
