#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace boost::asio::ssl {
class context;
}

namespace capstan::http {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

/// TLS 1.2 or newer, the peer verified against the system's certificates or those of `ca_file`.
/// Throws HttpError of kind tls when that file cannot be read.
std::shared_ptr<asio::ssl::context> make_tls_context(const std::string& ca_file);

class TlsStream;

/// A TCP connection, with TLS over it or not. Closing is the destructor's and never waits: the
/// socket is closed without TLS's farewell.
class Connection {
public:
    explicit Connection(const asio::any_io_executor& executor);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    asio::ip::tcp::socket& socket() noexcept { return socket_; }
    bool secure() const noexcept { return tls_ != nullptr; }

    /// All report failure in `error`, and let an exception through only for a coroutine that is
    /// cancelled already.
    asio::awaitable<std::size_t> read_some(asio::mutable_buffer buffer, ErrorCode& error);
    asio::awaitable<std::size_t> write_some(std::span<const asio::const_buffer> buffers,
                                            ErrorCode& error);
    /// All of it.
    asio::awaitable<void> write(std::string_view bytes, ErrorCode& error);

    /// Verifies the peer as `host`, a name or an address. On failure `why` is fit for a person.
    asio::awaitable<void> handshake(asio::ssl::context& context, std::string host, ErrorCode& error,
                                    std::string& why);

    /// False if the peer has closed it or sent something while nothing was due.
    bool alive();

    bool used = false;  ///< has served an exchange
    std::chrono::steady_clock::time_point idle_until;  ///< while it is in the pool

private:
    asio::ip::tcp::socket socket_;
    std::unique_ptr<TlsStream> tls_;
};

}  // namespace capstan::http
