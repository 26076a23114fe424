#include "net/http_exchange.hpp"

#include "net/http_connector.hpp"
#include "net/http_failure.hpp"
#include "net/http_request_bytes.hpp"
#include "net/http_request_head.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

namespace capstan {

using http::ErrorCode;
using http::Watch;

HttpResponse::Impl::Impl(std::shared_ptr<http::Settings> settings,
                         const asio::any_io_executor& executor, const HttpRequest& request,
                         std::stop_token stop)
    : settings_(std::move(settings)),
      executor_(executor),
      route_(http::make_route(*settings_, request.url)),
      peer_(route_.url.host_and_port()),
      pool_(settings_->pool(executor)),
      watch_(std::make_shared<Watch>(executor, request.timeouts)) {
    watch_->start();
    if (stop.stop_possible()) stop_.emplace(std::move(stop), Stopper(watch_));
}

HttpResponse::Impl::~Impl() { close(); }

void HttpResponse::Impl::close() noexcept {
    stop_.reset();
    watch_->finish();
    connection_.reset();
}

void HttpResponse::Impl::new_reader() {
    const auto& options = settings_->options();
    reader_.emplace(peer_, options.max_header_size, options.max_body_size);
}

void HttpResponse::Impl::take_pooled() {
    connection_ = pool_->take(route_.key);
    reused_ = connection_ != nullptr;
    if (reused_) watch_->watch_socket(connection_->socket().native_handle());
}

asio::awaitable<void> HttpResponse::Impl::connect() {
    watch_->enter(Watch::Phase::connect);
    http::Connector connector(*settings_, route_, executor_, *watch_, *pool_);
    connection_ = co_await connector.run();
}

asio::awaitable<void> HttpResponse::Impl::open(const HttpRequest& request) {
    http::throw_if_ended(*watch_, ErrorCode(), peer_);
    const auto* const forward = route_.forwarded() ? &*route_.proxy : nullptr;
    const auto head =
        http::request_head(request, route_.url, forward, settings_->options().user_agent);
    take_pooled();
    if (reused_ && co_await transact(head, request)) co_return;
    reused_ = false;
    watch_->watch_socket(-1);
    connection_.reset();
    co_await connect();
    const bool answered = co_await transact(head, request);
    if (!answered)
        throw HttpError(HttpErrorKind::network, peer_ + " closed the connection without an answer");
}

asio::awaitable<bool> HttpResponse::Impl::transact(std::string_view head,
                                                   const HttpRequest& request) {
    new_reader();
    watch_->enter(Watch::Phase::transfer);
    const auto write_error = co_await send(head, request);
    http::throw_if_ended(*watch_, write_error, peer_);
    // A server may refuse a body half-way: its answer says more than the broken pipe does.
    watch_->enter(Watch::Phase::first_byte);
    const auto read_error = co_await read_head();
    if (reader_->head_done()) co_return true;
    if (reused_ && !reader_->got_bytes()) co_return false;
    if (read_error == asio::error::eof && !write_error) co_return false;
    http::throw_network_error(write_error ? write_error : read_error, peer_);
}

asio::awaitable<ErrorCode> HttpResponse::Impl::send(std::string_view head,
                                                    const HttpRequest& request) {
    ErrorCode error;
    http::RequestBytes bytes(head, request);
    while (!error && !bytes.empty()) {
        const auto buffers = bytes.next();
        watch_->begin_wait();
        const auto size = co_await connection_->write_some(buffers, error);
        watch_->end_wait();
        bytes.consume(size);
    }
    co_return error;
}

asio::awaitable<ErrorCode> HttpResponse::Impl::read_head() {
    ErrorCode error;
    while (!reader_->head_done()) {
        const auto room = space();
        const auto buffer = asio::buffer(room.data, room.size);
        const bool first = reader_->between_heads();
        watch_->begin_wait();
        const auto size = co_await connection_->read_some(buffer, error);
        watch_->end_wait();
        http::throw_if_ended(*watch_, error, peer_);
        if (error && !reader_->got_bytes()) co_return error;
        accept_checked(error, size);
        if (first && !reader_->between_heads()) watch_->enter(Watch::Phase::transfer);
    }
    payload_waiting_ = true;
    if (reader_->done()) release();
    co_return ErrorCode();
}

http::ReadSpace HttpResponse::Impl::space() {
    if (!connection_)
        throw HttpError(HttpErrorKind::network, "the connection to " + peer_ + " is closed");
    try {
        return reader_->prepare();
    } catch (...) {
        close();
        throw;
    }
}

void HttpResponse::Impl::accept_checked(const ErrorCode& error, std::size_t size) {
    http::throw_if_ended(*watch_, error, peer_);
    if (error == asio::error::eof) return reader_->commit_end_of_file();
    if (error) http::throw_network_error(error, peer_);
    reader_->commit(size);
}

void HttpResponse::Impl::accept(const ErrorCode& error, std::size_t size) {
    try {
        accept_checked(error, size);
    } catch (...) {
        close();
        throw;
    }
    if (reader_->done()) release();
}

void HttpResponse::Impl::release() {
    stop_.reset();
    watch_->finish();
    const auto& options = settings_->options();
    if (reader_->reusable())
        pool_->give(route_.key, std::move(connection_), options.max_idle_connections_per_origin,
                    options.idle_connection_lifetime);
    connection_.reset();
}

asio::awaitable<std::string_view> HttpResponse::Impl::read_some() {
    if (std::exchange(payload_waiting_, false) && !reader_->payload().empty())
        co_return reader_->payload();
    while (!reader_->done()) {
        const auto room = space();
        const auto buffer = asio::buffer(room.data, room.size);
        ErrorCode error;
        std::size_t size = 0;
        watch_->begin_wait();
        try {
            if (connection_->secure()) {
                size = co_await connection_->read_some(buffer, error);
            } else {
                // Without a frame for Connection's coroutine: this is the hot path.
                auto read = connection_->socket().async_read_some(
                    buffer, asio::as_tuple(asio::deferred));
                const auto result = co_await std::move(read);
                error = std::get<0>(result);
                size = std::get<1>(result);
            }
        } catch (const boost::system::system_error& cancelled) {
            error = cancelled.code();
        }
        watch_->end_wait();
        accept(error, size);
        if (!reader_->payload().empty()) co_return reader_->payload();
    }
    co_return std::string_view();
}

}  // namespace capstan
