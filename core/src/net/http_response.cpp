#include "net/http_exchange.hpp"

namespace capstan {

HttpResponse::HttpResponse(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpResponse::HttpResponse(HttpResponse&&) noexcept = default;
HttpResponse& HttpResponse::operator=(HttpResponse&&) noexcept = default;
HttpResponse::~HttpResponse() = default;

int HttpResponse::status() const noexcept { return impl_->status(); }
const HttpHeaders& HttpResponse::headers() const noexcept { return impl_->headers(); }
bool HttpResponse::reused_connection() const noexcept { return impl_->reused(); }

asio::awaitable<std::string_view> HttpResponse::read_some() { return impl_->read_some(); }

asio::awaitable<std::string> HttpResponse::read_all(std::size_t limit) {
    std::string body;
    for (;;) {
        const auto piece = co_await impl_->read_some();
        if (piece.empty()) co_return body;
        if (piece.size() > limit - body.size())
            throw HttpError(HttpErrorKind::too_large, "the body has more than " +
                                                          std::to_string(limit) + " bytes");
        body.append(piece);
    }
}

asio::awaitable<std::string> HttpResponse::read_prefix(std::size_t limit) {
    std::string body;
    try {
        while (body.size() < limit) {
            const auto piece = co_await impl_->read_some();
            if (piece.empty()) break;
            body.append(piece.substr(0, limit - body.size()));
        }
    } catch (const HttpError& error) {
        // An error report is better cut short than lost.
        if (error.kind() == HttpErrorKind::cancelled) throw;
    }
    co_return body;
}

asio::awaitable<void> HttpResponse::drain(std::chrono::milliseconds limit) {
    impl_->limit_drain(limit);
    try {
        for (;;) {
            const auto piece = co_await impl_->read_some();
            if (piece.empty()) break;
        }
    } catch (const HttpError&) {
        // The connection is closed then, which is all that is left to do.
    }
}

}  // namespace capstan
