#include "server.hpp"

#include "certificates.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace capstan::testing {

using asio::ip::tcp;

Server::Server(asio::io_context& context, ConnectionHost& host, std::uint16_t port)
    : host_(host), acceptor_(context) {
    const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen();
    port_ = acceptor_.local_endpoint().port();
}

Server::~Server() = default;

void Server::use_tls(const IssuedCertificate& certificate) {
    tls_ = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
    tls_->use_certificate_chain(asio::buffer(certificate.certificate));
    tls_->use_private_key(asio::buffer(certificate.key), asio::ssl::context::pem);
}

void Server::start() {
    asio::co_spawn(acceptor_.get_executor(), accept(this), asio::detached);
}

void Server::drop_next(std::size_t count, bool reset) noexcept {
    drop_by_reset_ = reset;
    drops_ = count;
}

asio::awaitable<void> Server::accept(Server* self) {
    while (self->acceptor_.is_open()) {
        auto [error, socket] =
            co_await self->acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
        if (error == asio::error::operation_aborted) co_return;
        if (error) {
            // Out of descriptors, most likely: give the open ones a moment to end.
            asio::steady_timer rest(self->acceptor_.get_executor(), std::chrono::milliseconds(10));
            co_await rest.async_wait(asio::use_awaitable);
            continue;
        }
        if (!self->dropped(socket)) self->admit(std::move(socket));
    }
}

bool Server::dropped(tcp::socket& socket) {
    if (drops_ == 0) return false;
    --drops_;
    host_.journal.close_connection(host_.journal.open_connection(), ConnectionEnd::server);
    boost::system::error_code ignored;
    if (drop_by_reset_) socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
    return true;
}

void Server::admit(tcp::socket socket) {
    const auto id = host_.journal.open_connection();
    auto transport = tls_ ? make_tls_transport(std::move(socket), *tls_)
                          : make_tcp_transport(std::move(socket));
    std::make_shared<Connection>(host_, std::move(transport), id)->start();
}

}  // namespace capstan::testing
