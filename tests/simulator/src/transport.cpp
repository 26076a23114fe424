#include "transport.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <utility>

namespace capstan::testing {

namespace {

using asio::ip::tcp;
using boost::system::error_code;

constexpr auto tuple_awaitable = asio::as_tuple(asio::use_awaitable);

void prepare(tcp::socket& socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.non_blocking(true, ignored);
}

class TcpTransport final : public Transport {
public:
    explicit TcpTransport(tcp::socket socket) : socket_(std::move(socket)) { prepare(socket_); }

    asio::awaitable<error_code> handshake() override { co_return error_code(); }

    asio::awaitable<error_code> read(std::string& input) override {
        // One buffer for the thread: a silent connection holds none.
        static thread_local std::array<char, 64 * 1024> scratch;
        while (true) {
            auto [waited] = co_await socket_.async_wait(tcp::socket::wait_read, tuple_awaitable);
            if (waited) co_return waited;
            error_code error;
            const auto count = socket_.read_some(asio::buffer(scratch), error);
            if (error == asio::error::would_block) continue;
            input.append(scratch.data(), count);
            co_return error;
        }
    }

    asio::awaitable<error_code> write(std::string_view bytes) override {
        auto [error, count] = co_await asio::async_write(
            socket_, asio::const_buffer(bytes.data(), bytes.size()), tuple_awaitable);
        co_return error;
    }

    asio::awaitable<void> farewell() override { co_return; }

private:
    tcp::socket& socket() noexcept override { return socket_; }

    tcp::socket socket_;
};

class TlsTransport final : public Transport {
public:
    TlsTransport(tcp::socket socket, asio::ssl::context& context)
        : stream_(std::move(socket), context) {
        prepare(stream_.next_layer());
    }

    asio::awaitable<error_code> handshake() override {
        auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                                        tuple_awaitable);
        co_return error;
    }

    asio::awaitable<error_code> read(std::string& input) override {
        auto [error, count] =
            co_await stream_.async_read_some(asio::buffer(scratch_), tuple_awaitable);
        input.append(scratch_.data(), count);
        co_return error;
    }

    asio::awaitable<error_code> write(std::string_view bytes) override {
        auto [error, count] = co_await asio::async_write(
            stream_, asio::const_buffer(bytes.data(), bytes.size()), tuple_awaitable);
        co_return error;
    }

    asio::awaitable<void> farewell() override {
        // Our close_notify goes out at once; the peer's answer is awaited for a moment only.
        asio::steady_timer limit(stream_.get_executor(), std::chrono::milliseconds(100));
        limit.async_wait([this](error_code error) {
            if (!error) stream_.next_layer().cancel(error);
        });
        (void)co_await stream_.async_shutdown(tuple_awaitable);
    }

private:
    tcp::socket& socket() noexcept override { return stream_.next_layer(); }

    asio::ssl::stream<tcp::socket> stream_;
    std::array<char, 8 * 1024> scratch_;
};

}  // namespace

void Transport::close() noexcept {
    error_code ignored;
    auto& tcp_socket = socket();
    tcp_socket.shutdown(tcp::socket::shutdown_send, ignored);
    // Unread bytes would turn the FIN into a reset.
    std::array<char, 4096> rest;
    while (tcp_socket.is_open() && tcp_socket.read_some(asio::buffer(rest), ignored) > 0) {
    }
    tcp_socket.close(ignored);
}

void Transport::reset() noexcept {
    error_code ignored;
    auto& tcp_socket = socket();
    tcp_socket.set_option(asio::socket_base::linger(true, 0), ignored);
    tcp_socket.close(ignored);
}

std::unique_ptr<Transport> make_tcp_transport(tcp::socket socket) {
    return std::make_unique<TcpTransport>(std::move(socket));
}

std::unique_ptr<Transport> make_tls_transport(tcp::socket socket, asio::ssl::context& context) {
    return std::make_unique<TlsTransport>(std::move(socket), context);
}

}  // namespace capstan::testing
