#pragma once

#include "mcp/mcp_http_errors.hpp"
#include "mcp/mcp_transport.hpp"

#include <capstan/http_client.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <map>
#include <set>
#include <stop_token>

namespace capstan::mcp {

/// Where an event stream stands: what is needed to go on with it after it broke off.
struct StreamPlace {
    StreamPlace() = default;

    std::string last_id;  ///< empty: it cannot be resumed
    long retry_ms = -1;   ///< what the server wished; negative: nothing
};

/// Streamable HTTP: every message is a POST of its own, whose answer is JSON or an event stream. A
/// further stream (GET) brings what the server says unasked.
class HttpTransport final : public Transport, public std::enable_shared_from_this<HttpTransport> {
public:
    HttpTransport(asio::any_io_executor executor, McpServerConfig config,
                  const HttpClientOptions& options, std::shared_ptr<oauth::Authorizer> authorizer);

    void start(std::weak_ptr<Sink> sink) override { sink_ = std::move(sink); }
    void send(std::string text, std::optional<std::int64_t> id) override;
    void forget(std::int64_t id) override;
    asio::awaitable<void> opened(std::string version, std::string message) override;
    std::string last_words() const override { return {}; }
    asio::awaitable<void> close() override;
    void abandon() override;

private:
    using Self = std::shared_ptr<HttpTransport>;
    using Milliseconds = std::chrono::milliseconds;

    /// One exchange that can be ended from outside: in its HTTP, or in a pause.
    struct Flight {
        explicit Flight(const asio::any_io_executor& executor) : timer(executor) {}
        void end();

        std::stop_source stop;
        asio::steady_timer timer;
        std::int64_t id = 0;     // of its request; zero: none
        bool with_user = false;  // somebody waits for it, so a user may be asked to authorize
        bool ended = false;
        bool taken = false;  // the server has begun to answer
    };
    using FlightPtr = std::shared_ptr<Flight>;

    static asio::awaitable<void> carry_request(Self self, FlightPtr flight, std::string text,
                                               std::int64_t id);
    static asio::awaitable<void> ask(Self self, FlightPtr flight, std::string text,
                                     std::int64_t id);
    static asio::awaitable<void> carry_note(Self self, FlightPtr flight, std::string text);
    static asio::awaitable<void> note(Self self, FlightPtr flight, std::string text,
                                      Milliseconds limit);
    static asio::awaitable<void> read_stream(Self self, FlightPtr flight, HttpResponse response,
                                             std::int64_t id);
    static asio::awaitable<void> resume(Self self, FlightPtr flight,
                                        std::shared_ptr<StreamPlace> place, std::int64_t id);
    static asio::awaitable<void> pump(Self self, HttpResponse& response, StreamPlace& place,
                                      std::int64_t id);
    static asio::awaitable<void> listen(Self self, FlightPtr flight);
    static asio::awaitable<bool> listen_once(Self self, FlightPtr flight, StreamPlace& place);
    static asio::awaitable<HttpResponse> exchange(Self self, FlightPtr flight, HttpRequest request);
    static asio::awaitable<HttpResponse> exchange_authorized(Self self, FlightPtr flight,
                                                             HttpRequest request);
    static asio::awaitable<std::string> token(Self self, FlightPtr flight);
    static asio::awaitable<bool> authorize(Self self, FlightPtr flight, oauth::Refusal refusal);
    static asio::awaitable<void> pause(FlightPtr flight, Milliseconds time);
    static asio::awaitable<void> delete_session(Self self);

    HttpRequest make_request(std::string method, std::string body = {}) const;
    HttpRequest stream_request(const StreamPlace& place) const;
    FlightPtr new_flight();
    bool is_waiting(std::int64_t id) const;
    void deliver(std::string_view text);
    void take_session(const HttpResponse& response);
    void fail(std::int64_t id, std::exception_ptr error);
    void expire();
    void end_flights();

    asio::any_io_executor executor_;
    McpServerConfig config_;
    HttpClient client_;
    std::shared_ptr<oauth::Authorizer> authorizer_;  // null: none
    std::weak_ptr<Sink> sink_;
    std::string session_id_;
    std::string version_;
    std::map<std::int64_t, FlightPtr> requests_;
    FlightPtr listener_;
    std::set<FlightPtr> flights_;  // all
    bool closed_ = false;
};

}  // namespace capstan::mcp
