#pragma once

#include "net/http_connection.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace capstan::http {

/// OpenSSL over a socket that somebody else owns.
class TlsStream {
public:
    TlsStream(asio::ip::tcp::socket& socket, asio::ssl::context& context)
        : stream_(socket, context) {}

    asio::awaitable<std::size_t> read_some(asio::mutable_buffer buffer, ErrorCode& error);
    asio::awaitable<std::size_t> write_some(std::span<const asio::const_buffer> buffers,
                                            ErrorCode& error);
    asio::awaitable<void> handshake(std::string host, ErrorCode& error, std::string& why);

private:
    void expect_host(const std::string& host, ErrorCode& error);
    std::string explain(const ErrorCode& error);

    asio::ssl::stream<asio::ip::tcp::socket&> stream_;
};

}  // namespace capstan::http
