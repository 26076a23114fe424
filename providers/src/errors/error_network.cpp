// Failed HTTP exchanges: connection, TLS, time limits.
#include "errors/error_facts.hpp"

#include <capstan/redact.hpp>

#include <algorithm>

namespace capstan::exchange {
namespace {

using Failure = HttpErrorKind;

/// A handshake that was cut may work the next time; a refused certificate will not.
bool was_cut(std::string_view message) {
    for (const auto word : {"certificate", "verify", "verification", "hostname"})
        if (contains_word(message, word)) return false;
    for (const auto word : {"reset", "truncated", "eof", "end of file", "end of stream",
                            "broken pipe", "unexpected", "aborted", "timed out", "closed"})
        if (contains_word(message, word)) return true;
    return false;
}

ErrorKind kind_of(Failure failure) {
    switch (failure) {
        case Failure::invalid_url:
            return ErrorKind::configuration;
        case Failure::tls:
            return ErrorKind::tls;
        case Failure::timeout_connect:
        case Failure::timeout_first_byte:
        case Failure::timeout_idle:
        case Failure::timeout_total:
            return ErrorKind::timeout;
        case Failure::protocol:
        case Failure::too_large:
            return ErrorKind::malformed;
        case Failure::cancelled:
            return ErrorKind::cancelled;
        default:
            return ErrorKind::network;
    }
}

bool never_sent(Failure failure) {
    switch (failure) {
        case Failure::invalid_url:
        case Failure::resolve:
        case Failure::connect:
        case Failure::tls:
        case Failure::proxy:
        case Failure::timeout_connect:
            return true;
        default:
            return false;
    }
}

bool can_retry(const HttpError& error) {
    switch (error.kind()) {
        case Failure::tls:
            return was_cut(error.what());
        case Failure::proxy:
            return !contains_word(error.what(), "407");
        case Failure::resolve:
        case Failure::connect:
        case Failure::network:
        case Failure::timeout_connect:
        case Failure::timeout_first_byte:
        case Failure::timeout_idle:
            return true;
        default:
            return false;
    }
}

const char* summary_of(Failure failure) {
    switch (failure) {
        case Failure::invalid_url:
            return "The URL cannot be used";
        case Failure::resolve:
            return "The server's name could not be resolved";
        case Failure::connect:
            return "The server could not be reached";
        case Failure::tls:
            return "No secure connection to the server";
        case Failure::proxy:
            return "The proxy did not connect to the server";
        case Failure::timeout_connect:
            return "The connection was not made within the connect limit";
        case Failure::timeout_first_byte:
            return "The server did not begin to answer within the first-byte limit";
        case Failure::timeout_idle:
            return "The answer stalled for longer than the idle limit";
        case Failure::timeout_total:
            return "The call took longer than the total limit";
        case Failure::protocol:
            return "The server's answer is not HTTP";
        case Failure::too_large:
            return "The server's answer is larger than the limit";
        case Failure::cancelled:
            return "The call was cancelled";
        default:
            return "The connection to the server broke";
    }
}

const char* remedy_of(Failure failure) {
    switch (failure) {
        case Failure::invalid_url:
            return "Check the base URL.";
        case Failure::resolve:
        case Failure::connect:
            return "Check the network, the base URL and the proxy settings.";
        case Failure::tls:
            return "Check the CA file, the system's certificates and clock, and whether a proxy "
                   "intercepts the connection.";
        case Failure::proxy:
            return "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.";
        case Failure::timeout_connect:
            return "Check the network, or raise the connect limit.";
        case Failure::timeout_first_byte:
            return "Raise the first-byte limit, or choose a faster model.";
        case Failure::timeout_idle:
            return "Raise the idle limit, or choose another provider.";
        case Failure::timeout_total:
            return "Raise the total limit, or ask for less.";
        case Failure::protocol:
            return "Check that the base URL is that of the API, and no proxy's.";
        case Failure::too_large:
            return "Raise the size limits of the HTTP client.";
        case Failure::cancelled:
            return "";
        default:
            return "Check the network.";
    }
}

}  // namespace

ErrorInfo from_http_error(const HttpError& error, const ErrorContext& context) {
    ErrorInfo info;
    info.kind = kind_of(error.kind());
    info.phase = never_sent(error.kind()) ? ErrorPhase::before_request : context.phase;
    info.summary = summary_of(error.kind());
    if (error.kind() != HttpErrorKind::cancelled)
        info.server_message = redact(to_valid_utf8(error.what()), context.secrets);
    info.remedy = remedy_of(error.kind());
    info.provider_name = redact(context.provider_name, context.secrets);
    info.generation_id = redact(context.generation_id, context.secrets);
    info.retryable = can_retry(error);
    return info;
}

}  // namespace capstan::exchange
