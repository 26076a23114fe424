#include "mcp/mcp_bearer.hpp"
#include "mcp/mcp_http.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <utility>

namespace capstan::mcp {

namespace {

using namespace std::chrono_literals;

constexpr auto delete_time = 2s;
constexpr auto note_time = 30s;
constexpr std::size_t max_error_body = 16 * 1024;

/// The same for a request that was taken: it must not be made again.
std::exception_ptr without_repeat(std::exception_ptr error) {
    try {
        std::rethrow_exception(error);
    } catch (const NotSent& failure) {
        return std::make_exception_ptr(McpError(failure.what()));
    } catch (...) {
        return error;
    }
}

}  // namespace

void HttpTransport::Flight::end() {
    ended = true;
    stop.request_stop();
    timer.cancel();
}

HttpTransport::HttpTransport(asio::any_io_executor executor, McpServerConfig config,
                             const HttpClientOptions& options,
                             std::shared_ptr<oauth::Authorizer> authorizer)
    : executor_(std::move(executor)),
      config_(std::move(config)),
      client_(options),
      authorizer_(std::move(authorizer)) {}

HttpRequest HttpTransport::make_request(std::string method, std::string body) const {
    HttpRequest request;
    request.method = std::move(method);
    request.url = config_.url;
    request.body = std::move(body);
    for (const auto& [name, value] : config_.headers) request.headers.set(name, value);
    request.headers.set("Accept", "application/json, text/event-stream");
    if (!request.body.empty()) request.headers.set("Content-Type", "application/json");
    if (!session_id_.empty()) request.headers.set("Mcp-Session-Id", session_id_);
    if (!version_.empty()) request.headers.set("MCP-Protocol-Version", version_);
    // An answer takes as long as the tool; the limits of time are those of the request.
    request.timeouts.connect = config_.init_timeout;
    request.timeouts.first_byte = request.timeouts.idle = 0ms;
    return request;
}

HttpTransport::FlightPtr HttpTransport::new_flight() {
    auto flight = std::make_shared<Flight>(executor_);
    flights_.insert(flight);
    return flight;
}

bool HttpTransport::is_waiting(std::int64_t id) const {
    const auto sink = sink_.lock();
    return sink && sink->is_waiting(id);
}

void HttpTransport::deliver(std::string_view text) {
    if (const auto sink = sink_.lock()) sink->on_message(text);
}

void HttpTransport::fail(std::int64_t id, std::exception_ptr error) {
    if (const auto sink = sink_.lock()) sink->on_request_failed(id, std::move(error));
}

void HttpTransport::send(std::string text, std::optional<std::int64_t> id) {
    auto flight = new_flight();
    if (id) requests_[*id] = flight;
    flight->id = id.value_or(0);
    flight->with_user = id.has_value();
    auto self = shared_from_this();
    auto work = id ? carry_request(self, flight, std::move(text), *id)
                   : carry_note(self, flight, std::move(text));
    asio::co_spawn(executor_, std::move(work), asio::detached);
}

void HttpTransport::forget(std::int64_t id) {
    const auto found = requests_.find(id);
    if (found != requests_.end()) found->second->end();
}

/// Completes when the head of a good answer is there; throws for every other.
asio::awaitable<HttpResponse> HttpTransport::exchange(Self self, FlightPtr flight,
                                                      HttpRequest request) {
    if (self->authorizer_) co_return co_await exchange_authorized(self, flight, std::move(request));
    const bool has_session = !self->session_id_.empty();
    auto response = co_await self->client_.send(std::move(request), flight->stop.get_token());
    if (response.status() < 200 || response.status() >= 300) {
        const auto body = co_await response.read_prefix(max_error_body);
        std::rethrow_exception(http_status_error(self->config_, response, body, has_session));
    }
    co_return response;
}

asio::awaitable<void> HttpTransport::carry_request(Self self, FlightPtr flight, std::string text,
                                                   std::int64_t id) {
    std::exception_ptr error;
    bool expired = false;
    try {
        co_await ask(self, flight, std::move(text), id);
    } catch (const HttpError& failure) {
        error = http_transport_error(self->config_, failure);
    } catch (const SessionExpired&) {
        error = std::current_exception();
        expired = true;
    } catch (...) {
        error = std::current_exception();
    }
    self->requests_.erase(id);
    self->flights_.erase(flight);
    if (error && flight->taken) error = without_repeat(error);
    if (error) self->fail(id, error);
    if (expired) self->expire();
}

/// Posts one request and reads until it is answered.
asio::awaitable<void> HttpTransport::ask(Self self, FlightPtr flight, std::string text,
                                         std::int64_t id) {
    auto request = self->make_request("POST", std::move(text));
    auto response = co_await exchange(self, flight, std::move(request));
    flight->taken = true;
    self->take_session(response);
    const int status = response.status();
    const std::string type(response.headers().get("content-type"));
    if (type.starts_with("text/event-stream")) {
        co_await read_stream(self, flight, std::move(response), id);
    } else {
        const auto body = co_await response.read_all();
        self->deliver(body);
    }
    if (!self->is_waiting(id)) co_return;
    throw McpError(
        fmt::format("MCP server \"{}\" sent an answer (HTTP {}, type \"{}\") without a response; "
                    "is the URL right?",
                    self->config_.name, status, type));
}

void HttpTransport::take_session(const HttpResponse& response) {
    const auto id = response.headers().get("mcp-session-id");
    if (version_.empty() && !id.empty()) session_id_ = id;  // of the answer to initialize only
}

asio::awaitable<void> HttpTransport::carry_note(Self self, FlightPtr flight, std::string text) {
    bool expired = false;
    try {
        co_await note(self, flight, std::move(text), note_time);
    } catch (const SessionExpired&) {
        expired = true;
    } catch (const std::exception&) {
        // Nobody waits for it; what matters will be found by the next request.
    }
    self->flights_.erase(flight);
    if (expired) self->expire();
}

/// Posts a message that has no answer.
asio::awaitable<void> HttpTransport::note(Self self, FlightPtr flight, std::string text,
                                          Milliseconds limit) {
    auto request = self->make_request("POST", std::move(text));
    request.timeouts.total = limit;
    auto response = co_await exchange(self, flight, std::move(request));
    co_await response.drain(100ms);
}

asio::awaitable<void> HttpTransport::opened(std::string version, std::string message) {
    const auto self = shared_from_this();
    version_ = std::move(version);
    const auto flight = new_flight();
    flight->with_user = true;
    try {
        co_await note(self, flight, std::move(message), config_.init_timeout);
    } catch (const HttpError& failure) {
        std::rethrow_exception(http_transport_error(config_, failure));
    }
    flights_.erase(flight);
    if (closed_) co_return;
    listener_ = new_flight();
    asio::co_spawn(executor_, listen(self, listener_), asio::detached);
}

/// Requests under way find out by themselves, and may be made again then.
void HttpTransport::expire() {
    session_id_.clear();
    if (listener_) listener_->end();
    if (const auto sink = sink_.lock()) sink->on_expired();
}

void HttpTransport::end_flights() {
    closed_ = true;
    const auto flights = flights_;
    for (const auto& flight : flights) flight->end();
}

asio::awaitable<void> HttpTransport::delete_session(Self self) {
    auto request = self->make_request("DELETE");
    request.timeouts.total = delete_time;
    self->session_id_.clear();
    if (self->authorizer_) set_bearer(request, self->authorizer_->last_token());
    try {
        auto response = co_await self->client_.send(std::move(request));
        co_await response.drain(100ms);
    } catch (const HttpError&) {
        // The server forgets the session by itself.
    }
}

asio::awaitable<void> HttpTransport::close() {
    sink_.reset();
    end_flights();
    if (!session_id_.empty()) co_await delete_session(shared_from_this());
}

void HttpTransport::abandon() {
    sink_.reset();
    end_flights();
    if (session_id_.empty()) return;
    asio::co_spawn(executor_, delete_session(shared_from_this()), asio::detached);
}

std::shared_ptr<Transport> make_http_transport(asio::any_io_executor executor,
                                               McpServerConfig config,
                                               const HttpClientOptions& options,
                                               std::shared_ptr<oauth::Authorizer> authorizer) {
    try {
        return std::make_shared<HttpTransport>(executor, config, options, std::move(authorizer));
    } catch (const HttpError& error) {  // of the certificates, or a proxy
        throw McpError(fmt::format("MCP server \"{}\": {}", config.name, error.what()));
    }
}

}  // namespace capstan::mcp
