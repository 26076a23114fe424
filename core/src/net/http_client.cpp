#include <capstan/http_client.hpp>

#include "net/http_exchange.hpp"
#include "net/http_request_head.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

namespace capstan {

class HttpClient::Impl : public http::Settings {
public:
    using http::Settings::Settings;
};

namespace {

/// Asio reports a coroutine that was cancelled before its next step by throwing its own error.
[[noreturn]] void rethrow_as_ours(const boost::system::system_error& error) {
    const bool cancelled = error.code() == asio::error::operation_aborted;
    throw HttpError(cancelled ? HttpErrorKind::cancelled : HttpErrorKind::network,
                    cancelled ? "the exchange was cancelled" : error.code().message());
}

asio::awaitable<HttpResponse> exchange(std::shared_ptr<http::Settings> settings,
                                       HttpRequest request, std::stop_token stop) {
    http::check_request(request);
    const auto executor = co_await asio::this_coro::executor;
    auto impl = std::make_unique<HttpResponse::Impl>(std::move(settings), executor, request,
                                                     std::move(stop));
    try {
        co_await impl->open(request);
    } catch (const boost::system::system_error& error) {
        rethrow_as_ours(error);
    }
    co_return HttpResponse(std::move(impl));
}

}  // namespace

HttpClient::HttpClient(HttpClientOptions options)
    : impl_(std::make_shared<Impl>(std::move(options))) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

asio::awaitable<HttpResponse> HttpClient::send(HttpRequest request, std::stop_token stop) {
    return exchange(impl_, std::move(request), std::move(stop));
}

}  // namespace capstan
