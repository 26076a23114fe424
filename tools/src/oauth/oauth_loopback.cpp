// Listens for the browser that comes back from an authorization.
#include "oauth/oauth_loopback.hpp"

#include "oauth/oauth_url.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace capstan {

namespace {

using namespace std::chrono_literals;
using boost::system::error_code;
using asio::ip::tcp;

constexpr std::size_t max_head = 16 * 1024;
constexpr auto visit_time = 10s;
constexpr auto pause_time = 100ms;
constexpr std::string_view path = "/callback";

/// Says nothing that came with the request.
std::string page(std::string_view status, std::string_view text) {
    const auto body = fmt::format(
        "<!doctype html><html><head><meta charset=\"utf-8\"><title>Authorization</title></head>"
        "<body><p>{}</p></body></html>\n",
        text);
    return fmt::format(
        "HTTP/1.1 {}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n"
        "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{}",
        status, body.size(), body);
}

/// The target of a GET; empty for every other request.
std::string target_of(std::string_view head) {
    const auto line = head.substr(0, head.find("\r\n"));
    const auto end = line.rfind(" HTTP/1.");
    if (!line.starts_with("GET /") || end == std::string_view::npos || end < 4) return {};
    return std::string(line.substr(4, end - 4));
}

}  // namespace

McpLoopback::Impl::Impl(asio::any_io_executor executor, ShowUrl show_url, std::uint16_t port)
    : executor_(std::move(executor)),
      show_url_(std::move(show_url)),
      acceptor_(executor_, tcp::endpoint(asio::ip::address_v4::loopback(), port)),
      origin_(fmt::format("http://127.0.0.1:{}", acceptor_.local_endpoint().port())) {}

std::string McpLoopback::Impl::redirect_uri() const { return origin_ + std::string(path); }

/// On the list of those who wait, as long as it lives.
class McpLoopback::Impl::Listing {
public:
    Listing(Self impl, std::string state) : impl_(std::move(impl)), state_(std::move(state)) {
        wait = std::make_shared<Wait>(impl_->executor_);
        impl_->waits_[state_] = wait;
    }
    Listing(const Listing&) = delete;
    ~Listing() {
        impl_->waits_.erase(state_);
        if (impl_->waits_.empty()) impl_->rest();
    }

    std::shared_ptr<Wait> wait;

private:
    Self impl_;
    std::string state_;
};

asio::awaitable<std::string> McpLoopback::Impl::authorize(Self self, std::string server,
                                                          std::string url) {
    const auto query = oauth::query_of(url).value_or(oauth::Form());
    const auto state = oauth::form_value(query, "state");
    if (state.empty()) throw std::runtime_error("the URL of the authorization has no state");
    const Listing listing(self, state);
    const auto wait = listing.wait;
    if (!std::exchange(self->serving_, true)) {
        asio::co_spawn(self->executor_, serve(self), asio::detached);
    }
    self->show_url_(std::move(server), std::move(url));
    error_code ignored;
    while (wait->answer.empty()) {
        if (self->closed_) throw std::runtime_error("nobody listens for the browser any more");
        co_await wait->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        const auto cancelled = co_await asio::this_coro::cancellation_state;
        if (cancelled.cancelled() != asio::cancellation_type::none) {
            throw boost::system::system_error(asio::error::operation_aborted);
        }
    }
    co_return wait->answer;
}

asio::awaitable<void> McpLoopback::Impl::serve(Self self) {
    error_code error;
    while (!self->waits_.empty()) {
        if (self->closed_) break;
        auto visit = std::make_shared<Visit>(self->executor_);
        co_await self->acceptor_.async_accept(visit->socket,
                                              asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::operation_aborted) continue;
        if (error) {  // e.g. too many open files
            visit->timer.expires_after(pause_time);
            co_await visit->timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
            continue;
        }
        self->visits_.insert(visit);
        asio::co_spawn(self->executor_, receive(self, visit), asio::detached);
    }
    self->serving_ = false;
}

asio::awaitable<void> McpLoopback::Impl::receive(Self self, std::shared_ptr<Visit> visit) {
    const std::weak_ptr<Visit> weak = visit;
    visit->timer.expires_after(visit_time);
    visit->timer.async_wait([weak](error_code error) {
        const auto late = weak.lock();
        if (!error && late) late->end();
    });
    error_code error;
    std::string head;
    co_await asio::async_read_until(visit->socket, asio::dynamic_buffer(head, max_head),
                                    "\r\n\r\n", asio::redirect_error(asio::use_awaitable, error));
    if (!error) co_await answer(self, visit, target_of(head));
    visit->end();
    self->visits_.erase(visit);
}

asio::awaitable<void> McpLoopback::Impl::answer(Self self, std::shared_ptr<Visit> visit,
                                                std::string target) {
    const auto query = oauth::query_of(self->origin_ + target).value_or(oauth::Form());
    const bool known_path = target.substr(0, target.find('?')) == path;
    const auto found = self->waits_.find(oauth::form_value(query, "state"));
    const auto wait = known_path && found != self->waits_.end() ? found->second : nullptr;
    auto text = page("404 Not Found", "There is nothing here.");
    if (known_path) {
        text = page("400 Bad Request", "Nobody waits for this authorization (any more).");
    }
    if (wait && !oauth::form_value(query, "code").empty()) {
        text = page("200 OK", "The authorization is complete. You can close this window.");
    } else if (wait) {
        text = page("200 OK", "The authorization was refused. You can close this window.");
    }
    visit->answering = true;
    error_code ignored;
    co_await asio::async_write(visit->socket, asio::buffer(text),
                               asio::redirect_error(asio::use_awaitable, ignored));
    visit->socket.shutdown(tcp::socket::shutdown_send, ignored);
    if (!wait) co_return;
    wait->answer = self->origin_ + target;
    wait->timer.cancel();
}

/// Nobody waits: nothing is to keep the context at work.
void McpLoopback::Impl::rest() {
    error_code ignored;
    acceptor_.cancel(ignored);
    const auto visits = visits_;
    for (const auto& visit : visits) {
        if (!visit->answering) visit->end();
    }
}

void McpLoopback::Impl::close() {
    closed_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    for (const auto& [state, wait] : waits_) wait->timer.cancel();
}

McpLoopback::McpLoopback(asio::any_io_executor executor, ShowUrl show_url, std::uint16_t port)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(show_url), port)) {}

McpLoopback::~McpLoopback() { impl_->close(); }

std::string McpLoopback::redirect_uri() const { return impl_->redirect_uri(); }

asio::awaitable<std::string> McpLoopback::authorize(std::string server, std::string url) {
    return Impl::authorize(impl_, std::move(server), std::move(url));
}

void McpLoopback::plug_into(McpAuthorizationOptions& options) const {
    options.redirect_uri = redirect_uri();
    options.authorize = [impl = impl_](std::string server, std::string url) {
        return Impl::authorize(impl, std::move(server), std::move(url));
    };
}

}  // namespace capstan
