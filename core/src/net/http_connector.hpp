#pragma once

#include "net/http_settings.hpp"
#include "net/http_watch.hpp"

#include <memory>
#include <string>
#include <vector>

namespace capstan::http {

/// Makes one connection for a route: name look-up, TCP to the first address that answers, CONNECT
/// where a proxy asks for it, TLS. Throws HttpError. The watch has the socket when run() is done.
class Connector {
public:
    Connector(Settings& settings, const Route& route, asio::any_io_executor executor,
              Watch& watch, Pool& pool);
    ~Connector();
    Connector(const Connector&) = delete;
    Connector& operator=(const Connector&) = delete;

    asio::awaitable<std::unique_ptr<Connection>> run();

private:
    using Endpoints = std::vector<asio::ip::tcp::endpoint>;

    asio::awaitable<Endpoints> resolve();
    Endpoints accepted(Endpoints endpoints) const;
    asio::awaitable<void> connect(Endpoints endpoints);
    asio::awaitable<ErrorCode> connect_to(asio::ip::tcp::endpoint endpoint, bool last);
    asio::awaitable<void> open_tunnel();
    asio::awaitable<void> start_tls();
    void close();
    std::string described_peer() const;

    Settings& settings_;
    const Route& route_;
    asio::any_io_executor executor_;
    Watch& watch_;
    Pool& pool_;
    std::string host_;
    std::uint16_t port_;
    std::string peer_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace capstan::http
