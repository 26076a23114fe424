#include <capstan/testing/proxies.hpp>

#include "answer_text.hpp"
#include "http_text.hpp"
#include "io_thread.hpp"
#include "relay.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <charconv>
#include <mutex>

namespace capstan::testing {

using asio::ip::tcp;

namespace {

/// "host:port" or "http://host:port/..." to the port; all hosts are this machine.
std::uint16_t port_of(std::string_view target, std::uint16_t otherwise) {
    if (const auto scheme = target.find("://"); scheme != std::string_view::npos)
        target.remove_prefix(scheme + 3);
    target = target.substr(0, target.find('/'));
    const auto colon = target.rfind(':');
    if (colon == std::string_view::npos) return otherwise;
    std::uint16_t port = 0;
    std::from_chars(target.data() + colon + 1, target.data() + target.size(), port);
    return port;
}

/// The request as the server behind the proxy gets it: origin form, no proxy fields.
std::string origin_form(const SimRequest& request, std::string_view rest) {
    auto target = std::string_view(request.target);
    const auto slash = target.find('/', target.find("://") + 3);
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
    auto head = fmt::format("{} {} HTTP/1.1\r\n", request.method, target);
    for (const auto& [name, value] : request.headers)
        if (!same_name(name, "proxy-authorization") && !same_name(name, "proxy-connection"))
            head += fmt::format("{}: {}\r\n", name, value);
    head += "\r\n";
    head += rest;
    return head;
}

std::string masked_head(const SimRequest& request) {
    auto head = fmt::format("{} {}\r\n", request.method, request.target);
    for (const auto& [name, value] : request.headers)
        head += fmt::format("{}: {}\r\n", name,
                            same_name(name, "proxy-authorization") ? "***" : value);
    return head;
}

}  // namespace

class ConnectProxy::Impl {
public:
    explicit Impl(ConnectProxyOptions given)
        : options(std::move(given)),
          acceptor(listen_local(io.context())),
          port(acceptor.local_endpoint().port()) {
        asio::co_spawn(io.context(), accept(this), asio::detached);
    }

    ~Impl() { io.stop(); }

    static asio::awaitable<void> accept(Impl* self) {
        while (true) {
            auto [error, socket] =
                co_await self->acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
            if (error) co_return;
            asio::co_spawn(self->io.context(), serve(self, std::move(socket)), asio::detached);
        }
    }

    /// One client: requests that are refused, then at most one that is granted and relayed.
    static asio::awaitable<void> serve(Impl* self, tcp::socket client) {
        std::string input;
        SimRequest request;
        while (co_await read_head(client, input, request)) {
            self->note(request);
            const auto refusal = self->refusal_of(request);
            if (refusal.empty()) {
                if (self->options.stall) co_await wait_for_leave(client);
                else co_await grant(self, std::move(client), request, input);
                co_return;
            }
            const bool sent = co_await write_all(client, refusal);
            if (!sent) co_return;
            request = SimRequest();
        }
    }

    static asio::awaitable<bool> read_head(tcp::socket& client, std::string& input,
                                           SimRequest& request) {
        std::string piece;
        auto end = input.find("\r\n\r\n");
        while (end == std::string::npos) {
            const bool more = co_await read_piece(client, piece);
            if (!more) co_return false;
            input += piece;
            end = input.find("\r\n\r\n");
        }
        const bool good = parse_request_head(std::string_view(input).substr(0, end), request);
        input.erase(0, end + 4);
        co_return good;
    }

    static asio::awaitable<void> wait_for_leave(tcp::socket& client) {
        std::string piece;
        while (co_await read_piece(client, piece)) {
        }
    }

    static asio::awaitable<void> grant(Impl* self, tcp::socket client, const SimRequest& request,
                                       std::string rest) {
        const bool tunnel = request.method == "CONNECT";
        const auto target = self->options.redirect_port != 0
                                ? self->options.redirect_port
                                : port_of(request.target, tunnel ? 443 : 80);
        auto server = co_await connect_local(client.get_executor(), target);
        if (!server) {
            co_await write_all(client,
                               "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
            co_return;
        }
        const auto pair = std::make_shared<SocketPair>(std::move(client), std::move(*server));
        if (tunnel) {
            co_await write_all(pair->client, "HTTP/1.1 200 Connection established\r\n\r\n");
        } else {
            rest = origin_form(request, rest);
        }
        self->count(tunnel ? self->tunnels : self->forwarded);
        if (!rest.empty()) co_await write_all(pair->server, rest);
        co_await relay_both(pair);
    }

    void note(const SimRequest& request) {
        const std::lock_guard lock(mutex);
        heads.push_back(masked_head(request));
    }

    void count(std::size_t& counter) {
        const std::lock_guard lock(mutex);
        ++counter;
    }

    /// Empty: the request may pass.
    std::string refusal_of(const SimRequest& request) {
        const auto wanted = "Basic " + base64(options.user + ':' + options.password);
        const bool known =
            options.user.empty() || request.header("proxy-authorization") == wanted;
        if (known && options.refuse_with == 0) return {};
        count(refused);
        const int status = known ? options.refuse_with : 407;
        return fmt::format("HTTP/1.1 {} {}\r\n{}Content-Length: 0\r\n\r\n", status,
                           reason_phrase(status),
                           known ? "" : "Proxy-Authenticate: Basic realm=\"simulator\"\r\n");
    }

    ConnectProxyOptions options;
    std::mutex mutex;
    std::size_t tunnels = 0;
    std::size_t forwarded = 0;
    std::size_t refused = 0;
    std::vector<std::string> heads;
    IoThread io;
    tcp::acceptor acceptor;
    std::uint16_t port;
};

ConnectProxy::ConnectProxy(ConnectProxyOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
ConnectProxy::~ConnectProxy() = default;

std::uint16_t ConnectProxy::port() const noexcept { return impl_->port; }

std::string ConnectProxy::url() const {
    const auto& options = impl_->options;
    const auto user =
        options.user.empty() ? std::string() : options.user + ':' + options.password + '@';
    return fmt::format("http://{}127.0.0.1:{}", user, port());
}

std::size_t ConnectProxy::tunnels() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->tunnels;
}

std::size_t ConnectProxy::forwarded() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->forwarded;
}

std::size_t ConnectProxy::refused() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->refused;
}

std::vector<std::string> ConnectProxy::heads() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->heads;
}

}  // namespace capstan::testing
