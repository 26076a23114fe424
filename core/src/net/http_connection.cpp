#include "net/http_connection.hpp"

#include "net/http_tls.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>

namespace capstan::http {

Connection::Connection(const asio::any_io_executor& executor) : socket_(executor) {}

Connection::~Connection() = default;

asio::awaitable<std::size_t> Connection::read_some(asio::mutable_buffer buffer, ErrorCode& error) {
    if (tls_) co_return co_await tls_->read_some(buffer, error);
    auto operation = socket_.async_read_some(buffer, asio::as_tuple(asio::deferred));
    const auto [failure, size] = co_await std::move(operation);
    error = failure;
    co_return size;
}

asio::awaitable<std::size_t> Connection::write_some(std::span<const asio::const_buffer> buffers,
                                                    ErrorCode& error) {
    if (tls_) co_return co_await tls_->write_some(buffers, error);
    auto operation = socket_.async_write_some(buffers, asio::as_tuple(asio::deferred));
    const auto [failure, size] = co_await std::move(operation);
    error = failure;
    co_return size;
}

asio::awaitable<void> Connection::write(std::string_view bytes, ErrorCode& error) {
    while (!error && !bytes.empty()) {
        const asio::const_buffer buffer = asio::buffer(bytes);
        const std::span<const asio::const_buffer> buffers(&buffer, 1);
        const auto size = co_await write_some(buffers, error);
        bytes.remove_prefix(size);
    }
}

asio::awaitable<void> Connection::handshake(asio::ssl::context& context, std::string host,
                                            ErrorCode& error, std::string& why) {
    tls_ = std::make_unique<TlsStream>(socket_, context);
    co_await tls_->handshake(std::move(host), error, why);
}

bool Connection::alive() {
    char byte = 0;
    const auto size = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (size < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    // TLS may have a session ticket in the pipe; that is no reason to throw it away.
    return size > 0 && secure();
}

}  // namespace capstan::http
