// Requests of the HTTP transport with a token, and what is done when it is refused.
#include "mcp/mcp_bearer.hpp"
#include "mcp/mcp_http.hpp"

#include <utility>

namespace capstan::mcp {

namespace {

constexpr int max_renewals = 3;  // for one request
constexpr std::size_t max_error_body = 16 * 1024;

/// Holds the time of a request while its authorization is under way.
class Hold {
public:
    Hold(std::weak_ptr<Sink> sink, std::int64_t id) : sink_(std::move(sink)), id_(id) {
        tell(true);
    }
    Hold(const Hold&) = delete;
    ~Hold() { tell(false); }

private:
    void tell(bool held) {
        const auto sink = sink_.lock();
        if (sink && id_ != 0) sink->on_held(id_, held);
    }

    std::weak_ptr<Sink> sink_;
    std::int64_t id_;
};

}  // namespace

/// True when the new token was granted anew.
asio::awaitable<bool> HttpTransport::authorize(Self self, FlightPtr flight,
                                               oauth::Refusal refusal) {
    const Hold hold(self->sink_, flight->id);
    const auto stop = flight->stop.get_token();
    co_return co_await oauth::Authorizer::renew(self->authorizer_, std::move(refusal), stop);
}

asio::awaitable<std::string> HttpTransport::token(Self self, FlightPtr flight) {
    const Hold hold(self->sink_, flight->id);
    const auto stop = flight->stop.get_token();
    co_return co_await oauth::Authorizer::token(self->authorizer_, stop);
}

asio::awaitable<HttpResponse> HttpTransport::exchange_authorized(Self self, FlightPtr flight,
                                                                 HttpRequest request) {
    const auto stop = flight->stop.get_token();
    const bool has_session = !self->session_id_.empty();
    bool granted = false;
    for (int renewals = 0;; ++renewals) {
        const auto token = co_await HttpTransport::token(self, flight);
        auto copy = request;
        set_bearer(copy, token);
        auto response = co_await self->client_.send(std::move(copy), stop);
        const int status = response.status();
        if (status >= 200 && status < 300) co_return response;
        const auto body = co_await response.read_prefix(max_error_body);
        oauth::Refusal refusal;
        refusal.status = status;
        refusal.challenge = oauth::read_challenge(response.headers());
        const bool again = renewals < max_renewals && !(granted && status == 401) &&
                           oauth::Authorizer::is_refusal(status, refusal.challenge);
        if (!again) {
            std::rethrow_exception(
                http_status_error(self->config_, response, body, has_session, !token.empty()));
        }
        refusal.token = token;
        refusal.with_user = flight->with_user;
        refusal.may_refresh = renewals == 0;
        granted = co_await authorize(self, flight, std::move(refusal));
    }
}

}  // namespace capstan::mcp
