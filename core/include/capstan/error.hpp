#pragma once

#include <capstan/json.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan {

/// What kind of thing went wrong; decides what a program can do about it.
enum class ErrorKind {
    configuration,       ///< our own settings are unusable; nothing was sent
    invalid_request,     ///< the server (or we) refused the request as it is
    authentication,      ///< key missing, wrong or expired (401)
    payment_required,    ///< credits or a key limit (402)
    permission_denied,   ///< guardrail, moderation, region, budget (403)
    not_found,           ///< no such model, generation or endpoint (404)
    context_overflow,    ///< the conversation does not fit the model
    content_policy,      ///< refused for its content
    invalid_signature,   ///< reasoning details were refused (wire reference 6.5)
    rate_limited,        ///< 429
    overloaded,          ///< 503, 529 and their error types
    server,              ///< any other 5xx, or an error without a class
    network,             ///< connect, reset, unexpected end
    tls,                 ///< certificate or handshake
    timeout,             ///< one of our limits, or 408/504/524
    cancelled,           ///< by the caller
    malformed,           ///< the answer is not what the protocol allows
    empty_answer,        ///< finished without any content
};

/// "rate_limited", ... as in the enum.
std::string_view to_string(ErrorKind kind) noexcept;

/// How far the call had got.
enum class ErrorPhase {
    before_request,      ///< nothing was sent
    before_first_chunk,  ///< sent, nothing delivered yet
    mid_stream,          ///< chunks were delivered
};
std::string_view to_string(ErrorPhase phase) noexcept;

/// The facts of an error. Texts of the server and our own are kept apart. The API key is in none.
struct ErrorInfo {
    ErrorInfo() = default;

    ErrorKind kind = ErrorKind::server;
    ErrorPhase phase = ErrorPhase::before_first_chunk;
    std::string summary;         ///< our words: what happened
    std::string remedy;          ///< our words: what to do; may be empty
    int http_status = 0;         ///< 0: none
    std::string code;            ///< the body's code as text: "429", "server_error"
    std::string error_type;      ///< OpenRouter's stable word (wire reference 5.3)
    std::string provider_name;   ///< who said so, if not OpenRouter itself
    std::string server_message;  ///< message, or the unwrapped metadata.raw
    std::string generation_id;
    std::string request_id;
    bool retryable = false;
    std::optional<std::chrono::milliseconds> retry_after;  ///< from now, as the server asked
    std::vector<std::string> fallback_models;  ///< suggested by the server, never used by us
    json::value raw;  ///< the server's error object, secrets removed
};
static_assert(!std::is_aggregate_v<ErrorInfo>);

/// The one error that operations of providers throw.
class ApiError : public std::exception {
public:
    explicit ApiError(ErrorInfo info);
    ApiError(ErrorKind kind, std::string summary, std::string remedy = {});

    /// A sentence for a person: what happened, who said so, what to do.
    const char* what() const noexcept override { return message_->c_str(); }

    const ErrorInfo& info() const noexcept { return *info_; }
    ErrorKind kind() const noexcept { return info_->kind; }
    ErrorPhase phase() const noexcept { return info_->phase; }
    int http_status() const noexcept { return info_->http_status; }
    bool retryable() const noexcept { return info_->retryable; }

private:
    std::shared_ptr<const ErrorInfo> info_;  // shared, so that copying the exception cannot throw
    std::shared_ptr<const std::string> message_;
};

}  // namespace capstan
