#pragma once

#include "connection.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <cstdint>
#include <memory>

namespace boost::asio::ssl {
class context;
}

namespace capstan::testing {

struct IssuedCertificate;

/// Listens on 127.0.0.1 and starts a Connection for each client.
class Server {
public:
    /// Throws boost::system::system_error when the port is taken.
    Server(asio::io_context& context, ConnectionHost& host, std::uint16_t port);
    ~Server();

    /// Before start(): every connection speaks TLS with this certificate.
    void use_tls(const IssuedCertificate& certificate);
    void start();
    std::uint16_t port() const noexcept { return port_; }
    void drop_next(std::size_t count, bool reset) noexcept;

private:
    static asio::awaitable<void> accept(Server* self);
    bool dropped(asio::ip::tcp::socket& socket);
    void admit(asio::ip::tcp::socket socket);

    ConnectionHost& host_;
    asio::ip::tcp::acceptor acceptor_;
    std::unique_ptr<asio::ssl::context> tls_;
    std::uint16_t port_ = 0;
    std::atomic<std::size_t> drops_{0};
    std::atomic<bool> drop_by_reset_{false};
};

}  // namespace capstan::testing
