#include "net/http_failure.hpp"

#include <boost/asio/error.hpp>

#include <fmt/format.h>

namespace capstan::http {

namespace {

std::string text_of(std::chrono::milliseconds value) {
    if (value.count() % 1000 == 0) return fmt::format("{} s", value.count() / 1000);
    return fmt::format("{} ms", value.count());
}

std::string describe(HttpErrorKind reason, const HttpTimeouts& limits, const std::string& peer) {
    switch (reason) {
        case HttpErrorKind::timeout_connect:
            return fmt::format("no connection to {} within {}", peer, text_of(limits.connect));
        case HttpErrorKind::timeout_first_byte:
            return fmt::format("{} did not begin to answer within {}", peer,
                               text_of(limits.first_byte));
        case HttpErrorKind::timeout_idle:
            return fmt::format("nothing moved between us and {} for {}", peer,
                               text_of(limits.idle));
        case HttpErrorKind::timeout_total:
            return fmt::format("the exchange with {} took longer than {}", peer,
                               text_of(limits.total));
        default: return fmt::format("the exchange with {} was cancelled", peer);
    }
}

}  // namespace

void throw_if_ended(const Watch& watch, const boost::system::error_code& error,
                    const std::string& peer) {
    auto reason = watch.fired();
    if (!reason && error == asio::error::operation_aborted) reason = HttpErrorKind::cancelled;
    if (reason) throw HttpError(*reason, describe(*reason, watch.limits(), peer));
}

void throw_network_error(const boost::system::error_code& error, const std::string& peer) {
    throw HttpError(HttpErrorKind::network,
                    fmt::format("the connection to {} broke: {}", peer, error.message()));
}

}  // namespace capstan::http
