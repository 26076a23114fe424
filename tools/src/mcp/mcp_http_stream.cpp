// Event streams of the HTTP transport: reading, and going on after they broke off.
#include "mcp/mcp_http.hpp"

#include <capstan/sse_parser.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace capstan::mcp {

namespace {

using namespace std::chrono_literals;

constexpr int max_failures = 5;  // in a row
constexpr std::chrono::milliseconds default_retry{1'000};
constexpr std::chrono::milliseconds min_retry{10};  // a server that says 0 is not hammered
constexpr std::chrono::milliseconds drain_time{250};
constexpr std::size_t max_event = 64 * 1024 * 1024;

std::chrono::milliseconds retry_time(const StreamPlace& place) {
    if (place.retry_ms < 0) return default_retry;
    return std::max(min_retry, std::chrono::milliseconds(place.retry_ms));
}

}  // namespace

HttpRequest HttpTransport::stream_request(const StreamPlace& place) const {
    auto request = make_request("GET");
    request.headers.set("Accept", "text/event-stream");
    if (!place.last_id.empty()) request.headers.set("Last-Event-ID", place.last_id);
    return request;
}

asio::awaitable<void> HttpTransport::pause(FlightPtr flight, Milliseconds time) {
    if (flight->ended) co_return;
    boost::system::error_code ignored;
    flight->timer.expires_after(time);
    co_await flight->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

/// Delivers the events of one stream until it ends, or until request `id` is answered (zero: none).
asio::awaitable<void> HttpTransport::pump(Self self, HttpResponse& response, StreamPlace& place,
                                          std::int64_t id) {
    SseParser parser(max_event);
    SseEvent event;
    for (;;) {
        const auto bytes = co_await response.read_some();
        // An event that was cut off is not taken: it would count as received.
        if (bytes.empty()) break;
        parser.feed(bytes);
        while (parser.next(event)) {
            if (!event.id.empty()) place.last_id = event.id;
            if (!event.data.empty()) self->deliver(event.data);
        }
        if (parser.retry_ms() >= 0) place.retry_ms = parser.retry_ms();
        if (id != 0 && !self->is_waiting(id)) break;
    }
    co_await response.drain(drain_time);
}

/// The answer to a request, as a stream: goes on with a new one while the answer is missing.
asio::awaitable<void> HttpTransport::read_stream(Self self, FlightPtr flight, HttpResponse response,
                                                 std::int64_t id) {
    auto place = std::make_shared<StreamPlace>();
    std::exception_ptr error;
    try {
        co_await pump(self, response, *place, id);
    } catch (const HttpError& failure) {
        error = http_transport_error(self->config_, failure);
    }
    if (flight->ended || !self->is_waiting(id)) co_return;
    if (!place->last_id.empty()) {
        co_await resume(self, flight, place, id);
        co_return;
    }
    if (error) std::rethrow_exception(error);
    throw McpError(fmt::format("MCP server \"{}\" ended its answer too early", self->config_.name));
}

asio::awaitable<void> HttpTransport::resume(Self self, FlightPtr flight,
                                            std::shared_ptr<StreamPlace> place, std::int64_t id) {
    int failures = 0;
    while (!flight->ended && self->is_waiting(id)) {
        co_await pause(flight, retry_time(*place));
        if (flight->ended) break;
        std::exception_ptr error;
        try {
            auto request = self->stream_request(*place);
            auto response = co_await exchange(self, flight, std::move(request));
            co_await pump(self, response, *place, id);
            failures = 0;
        } catch (const HttpError& failure) {
            error = http_transport_error(self->config_, failure);
        }
        if (error && ++failures == max_failures) std::rethrow_exception(error);
    }
}

/// True when the stream had been opened.
asio::awaitable<bool> HttpTransport::listen_once(Self self, FlightPtr flight, StreamPlace& place) {
    auto request = self->stream_request(place);
    auto response = co_await exchange(self, flight, std::move(request));
    const auto type = response.headers().get("content-type");
    if (!type.starts_with("text/event-stream")) throw McpError("no event stream");
    try {
        co_await pump(self, response, place, 0);
    } catch (const HttpError&) {
        // Broken off; it is opened again.
    }
    co_return true;
}

/// The stream of what the server says unasked. Without it (405) everything else still works.
asio::awaitable<void> HttpTransport::listen(Self self, FlightPtr flight) {
    auto place = std::make_shared<StreamPlace>();
    int failures = 0;
    while (!flight->ended && failures < max_failures) {
        bool opened = false;
        try {
            opened = co_await listen_once(self, flight, *place);
        } catch (const HttpError&) {
            ++failures;
        } catch (const std::exception&) {
            break;  // it has none, or the next request will find out what is wrong
        }
        if (opened) failures = 0;
        co_await pause(flight, retry_time(*place) * (failures + 1));
    }
    self->flights_.erase(flight);
}

}  // namespace capstan::mcp
