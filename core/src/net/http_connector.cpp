#include "net/http_connector.hpp"

#include "net/http_failure.hpp"
#include "net/http_request_head.hpp"
#include "net/http_resolver.hpp"
#include "net/http_response_reader.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

#include <fmt/format.h>
#include <netinet/tcp.h>

namespace capstan::http {

using asio::ip::tcp;

namespace {

/// Two SYNs, about three seconds: an address that swallows packets must not use up the whole
/// connect limit while others are left to try.
void give_up_early([[maybe_unused]] tcp::socket& socket) {
#ifdef TCP_SYNCNT
    const int retransmissions = 1;
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_SYNCNT, &retransmissions,
                 sizeof retransmissions);
#endif
}

}  // namespace

Connector::Connector(Settings& settings, const Route& route, asio::any_io_executor executor,
                     Watch& watch, Pool& pool)
    : settings_(settings),
      route_(route),
      executor_(std::move(executor)),
      watch_(watch),
      pool_(pool),
      host_(route.proxy ? route.proxy->host : route.url.host),
      port_(route.proxy ? route.proxy->port : route.url.port),
      peer_(route.url.host_and_port()),
      connection_(std::make_unique<Connection>(executor_)) {}

Connector::~Connector() {
    if (connection_) close();
}

void Connector::close() {
    watch_.watch_socket(-1);
    ErrorCode ignored;
    connection_->socket().close(ignored);
}

std::string Connector::described_peer() const {
    return route_.proxy ? "the proxy " + route_.proxy->host_and_port() : peer_;
}

asio::awaitable<std::unique_ptr<Connection>> Connector::run() {
    auto endpoints = co_await resolve();
    co_await connect(accepted(std::move(endpoints)));
    if (route_.tunnelled()) co_await open_tunnel();
    if (route_.url.secure) co_await start_tls();
    co_return std::move(connection_);
}

asio::awaitable<Connector::Endpoints> Connector::resolve() {
    ErrorCode no_address;
    const auto address = asio::ip::make_address(host_, no_address);
    if (!no_address) co_return Endpoints(1, tcp::endpoint(address, port_));
    const auto lookup = std::make_shared<Lookup>(executor_, host_, port_);
    pool_.guard(lookup->gate);
    watch_.watch_gate(lookup->gate);
    look_up_in_background(lookup);
    auto wait = lookup->gate->async_wait(asio::deferred);
    co_await std::move(wait);
    watch_.watch_gate(nullptr);
    throw_if_ended(watch_, ErrorCode(), peer_);
    if (!lookup->finished()) throw_if_ended(watch_, asio::error::operation_aborted, peer_);
    if (lookup->endpoints().empty())
        throw HttpError(HttpErrorKind::resolve, fmt::format("cannot find the host {}: {}", host_,
                                                            lookup->failure()));
    co_return lookup->endpoints();
}

Connector::Endpoints Connector::accepted(Endpoints endpoints) const {
    const auto& accept = settings_.options().accept_address;
    if (!accept || route_.proxy) return endpoints;
    std::erase_if(endpoints, [&](const tcp::endpoint& endpoint) {
        return !accept(endpoint.address().to_string());
    });
    if (endpoints.empty())
        throw HttpError(HttpErrorKind::connect,
                        fmt::format("connections to the address of {} are not allowed", peer_));
    return endpoints;
}

asio::awaitable<void> Connector::connect(Endpoints endpoints) {
    ErrorCode error;
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        error = co_await connect_to(endpoints[i], i + 1 == endpoints.size());
        throw_if_ended(watch_, error, peer_);
        if (!error) co_return;
    }
    throw HttpError(HttpErrorKind::connect,
                    fmt::format("cannot connect to {}: {}", described_peer(), error.message()));
}

asio::awaitable<ErrorCode> Connector::connect_to(tcp::endpoint endpoint, bool last) {
    close();
    auto& socket = connection_->socket();
    ErrorCode error;
    socket.open(endpoint.protocol(), error);
    if (error) co_return error;
    socket.set_option(tcp::no_delay(true), error);
    if (!last) give_up_early(socket);
    watch_.watch_socket(socket.native_handle());
    auto operation = socket.async_connect(endpoint, asio::as_tuple(asio::deferred));
    const auto [failure] = co_await std::move(operation);
    co_return failure;
}

asio::awaitable<void> Connector::open_tunnel() {
    const auto proxy = described_peer();
    const auto head = connect_head(route_.url, *route_.proxy, settings_.options().user_agent);
    ErrorCode error;
    co_await connection_->write(head, error);
    throw_if_ended(watch_, error, peer_);
    if (error) throw_network_error(error, proxy);
    ResponseReader reader(proxy, settings_.options().max_header_size, 0);
    reader.expect_no_body();
    while (!reader.head_done()) {
        const auto space = reader.prepare();
        const auto buffer = asio::buffer(space.data, space.size);
        const auto size = co_await connection_->read_some(buffer, error);
        throw_if_ended(watch_, error, peer_);
        if (error == asio::error::eof) reader.commit_end_of_file();
        else if (error) throw_network_error(error, proxy);
        else reader.commit(size);
    }
    if (reader.status() / 100 != 2)
        throw HttpError(HttpErrorKind::proxy,
                        fmt::format("{} refused the way to {} with status {}", proxy, peer_,
                                    reader.status()));
}

asio::awaitable<void> Connector::start_tls() {
    ErrorCode error;
    std::string why;
    co_await connection_->handshake(settings_.tls(), route_.url.host, error, why);
    throw_if_ended(watch_, error, peer_);
    if (error)
        throw HttpError(HttpErrorKind::tls,
                        fmt::format("no secure connection to {}: {}", peer_,
                                    why.empty() ? error.message() : why));
}

}  // namespace capstan::http
