#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace boost::asio::ssl {
class context;
}

namespace capstan::testing {

namespace asio = boost::asio;

/// The bytes of one accepted connection, over TCP or TLS.
class Transport {
public:
    virtual ~Transport() = default;

    virtual asio::awaitable<boost::system::error_code> handshake() = 0;
    /// Appends what has arrived to `input`.
    virtual asio::awaitable<boost::system::error_code> read(std::string& input) = 0;
    virtual asio::awaitable<boost::system::error_code> write(std::string_view bytes) = 0;
    /// What comes before FIN in a polite end: close_notify over TLS, else nothing.
    virtual asio::awaitable<void> farewell() = 0;

    void close() noexcept;
    void reset() noexcept;
    asio::any_io_executor executor() { return socket().get_executor(); }

protected:
    virtual asio::ip::tcp::socket& socket() noexcept = 0;
};

std::unique_ptr<Transport> make_tcp_transport(asio::ip::tcp::socket socket);
std::unique_ptr<Transport> make_tls_transport(asio::ip::tcp::socket socket,
                                              asio::ssl::context& context);

}  // namespace capstan::testing
