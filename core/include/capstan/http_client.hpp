#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace capstan {

namespace asio = boost::asio;

/// Header fields in order; names compare without regard to case.
class HttpHeaders {
public:
    HttpHeaders() = default;

    void add(std::string name, std::string value);
    /// Replaces all fields of that name.
    void set(std::string name, std::string value);
    /// The first value of that name, or an empty text.
    std::string_view get(std::string_view name) const noexcept;
    bool contains(std::string_view name) const noexcept;

    const std::vector<std::pair<std::string, std::string>>& fields() const noexcept {
        return fields_;
    }

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

/// Limits in time; zero means none. `total` runs from send() to the last byte of the body.
struct HttpTimeouts {
    HttpTimeouts() = default;

    std::chrono::milliseconds connect{10'000};     ///< name look-up, TCP, proxy and TLS together
    /// From the request sent to the first byte of the head; a head of kind 1xx does not count.
    std::chrono::milliseconds first_byte{300'000};
    std::chrono::milliseconds idle{120'000};       ///< between two reads of the response
    std::chrono::milliseconds total{0};
};
static_assert(!std::is_aggregate_v<HttpTimeouts>);

/// A text that is sent as part of a body without being copied into it.
struct HttpBodyPart {
    HttpBodyPart() = default;
    HttpBodyPart(std::size_t place_, std::shared_ptr<const std::string> text_)
        : place(place_), text(std::move(text_)) {}

    std::size_t place = 0;  ///< in HttpRequest::body: before its byte of this number
    std::shared_ptr<const std::string> text;
};
static_assert(!std::is_aggregate_v<HttpBodyPart>);

struct HttpRequest {
    HttpRequest() = default;

    std::string method = "GET";
    std::string url;  ///< http:// or https://, absolute
    HttpHeaders headers;
    std::string body;
    std::vector<HttpBodyPart> body_parts;  ///< long texts within the body, by ascending place
    HttpTimeouts timeouts;
};
static_assert(!std::is_aggregate_v<HttpRequest>);

/// The body as it is sent, and its length.
std::string whole_body(const std::string& body, const std::vector<HttpBodyPart>& parts);
std::size_t whole_body_size(const std::string& body, const std::vector<HttpBodyPart>& parts);

/// Settings of an HttpClient.
struct HttpClientOptions {
    HttpClientOptions() = default;

    std::string ca_file;             ///< PEM; empty: the system's certificates
    bool proxy_from_environment = true;  ///< HTTPS_PROXY, HTTP_PROXY, NO_PROXY (lower case too)
    /// http://[user:password@]host:port, for every request; the environment, with its NO_PROXY, is
    /// not looked at then.
    std::string proxy;
    /// Asked for each address before a direct connection to it, as text ("127.0.0.1", "::1"); false
    /// refuses it. Not asked where a proxy is used. May be called from any thread.
    std::function<bool(std::string_view address)> accept_address;
    std::string user_agent = "capstan";
    std::size_t max_header_size = 64 * 1024;
    std::uint64_t max_body_size = 1024ull * 1024 * 1024;
    std::size_t max_idle_connections_per_origin = 16;
    std::chrono::milliseconds idle_connection_lifetime{60'000};
};
static_assert(!std::is_aggregate_v<HttpClientOptions>);

/// Why an exchange failed. Thrown as HttpError.
enum class HttpErrorKind {
    invalid_url,
    invalid_request,  ///< a method or header field that must not be sent
    resolve,
    connect,
    tls,
    proxy,
    timeout_connect,
    timeout_first_byte,
    timeout_idle,
    timeout_total,
    network,         ///< reset or end of file where more was due
    protocol,        ///< the bytes are no HTTP
    too_large,       ///< a limit on header or body size
    cancelled,
};
std::string_view to_string(HttpErrorKind kind) noexcept;

class HttpError : public std::exception {
public:
    HttpError(HttpErrorKind kind, std::string message);

    HttpErrorKind kind() const noexcept { return kind_; }
    const char* what() const noexcept override { return message_->c_str(); }

private:
    HttpErrorKind kind_;
    std::shared_ptr<const std::string> message_;
};

/// A response whose head has arrived. Destroying it before the end of the body closes the
/// connection; after the end the connection goes back to the pool.
class HttpResponse {
public:
    class Impl;

    explicit HttpResponse(std::unique_ptr<Impl> impl);
    HttpResponse(HttpResponse&&) noexcept;
    HttpResponse& operator=(HttpResponse&&) noexcept;
    ~HttpResponse();

    int status() const noexcept;
    const HttpHeaders& headers() const noexcept;

    /// The next bytes of the body, as many as one read of the socket gave (HTTP chunks are taken
    /// apart and joined); empty at the end. Valid until the next call. Throws HttpError.
    /// Cancellation closes the connection.
    asio::awaitable<std::string_view> read_some();

    /// The rest of the body. Throws HttpError of kind too_large beyond `limit` bytes.
    asio::awaitable<std::string> read_all(std::size_t limit = 64 * 1024 * 1024);

    /// The first at most `limit` bytes of the body, for error reports: never throws for its length,
    /// and a connection that breaks ends it early. Throws HttpError only when cancelled.
    asio::awaitable<std::string> read_prefix(std::size_t limit);

    /// Reads and drops what is left of the body, so that the connection can serve again; closes it
    /// when that takes longer than `limit` or fails. Never throws HttpError.
    asio::awaitable<void> drain(std::chrono::milliseconds limit);

    /// True if this exchange used a connection that had served another one before.
    bool reused_connection() const noexcept;

private:
    std::unique_ptr<Impl> impl_;
};

/// HTTP/1.1 over TCP and TLS (verified, SNI) with keep-alive, on the executor of the awaiting
/// coroutine. Idle connections belong to that executor's context and are closed with it.
///
/// Thread-safe: any number of exchanges at once, from any thread. Everything that send() and a
/// response do for one exchange runs in the awaiting coroutine.
class HttpClient {
public:
    /// Reads the environment and `ca_file`. Throws HttpError of kind tls if the latter is no good.
    explicit HttpClient(HttpClientOptions options = {});
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;
    ~HttpClient();

    /// Sends a request and completes when the head of the response is there (1xx skipped).
    ///
    /// A pooled connection that turns out dead before any byte of the response is replaced by a
    /// new one once, silently. Throws HttpError. Cancellation by the awaiting coroutine's slot or
    /// by `stop` closes the socket; a stop after the head arrived also ends the response's reads.
    /// Both end in HttpError of kind cancelled, except that a coroutine which is cancelled before
    /// its co_await gets Asio's own operation_aborted from there. `stop` may come from any thread.
    asio::awaitable<HttpResponse> send(HttpRequest request, std::stop_token stop = {});

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace capstan
