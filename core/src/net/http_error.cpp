#include <capstan/http_client.hpp>

namespace capstan {

std::string_view to_string(HttpErrorKind kind) noexcept {
    switch (kind) {
        case HttpErrorKind::invalid_url: return "invalid_url";
        case HttpErrorKind::invalid_request: return "invalid_request";
        case HttpErrorKind::resolve: return "resolve";
        case HttpErrorKind::connect: return "connect";
        case HttpErrorKind::tls: return "tls";
        case HttpErrorKind::proxy: return "proxy";
        case HttpErrorKind::timeout_connect: return "timeout_connect";
        case HttpErrorKind::timeout_first_byte: return "timeout_first_byte";
        case HttpErrorKind::timeout_idle: return "timeout_idle";
        case HttpErrorKind::timeout_total: return "timeout_total";
        case HttpErrorKind::network: return "network";
        case HttpErrorKind::protocol: return "protocol";
        case HttpErrorKind::too_large: return "too_large";
        case HttpErrorKind::cancelled: return "cancelled";
    }
    return "unknown";
}

HttpError::HttpError(HttpErrorKind kind, std::string message)
    : kind_(kind), message_(std::make_shared<const std::string>(std::move(message))) {}

}  // namespace capstan
