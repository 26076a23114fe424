#pragma once

#include <capstan/error.hpp>
#include <capstan/http_client.hpp>
#include <capstan/json.hpp>
#include <capstan/providers/dialect.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan::exchange {

/// What is known around an error, beside the text that reports it.
struct ErrorContext {
    ErrorContext() = default;

    ErrorPhase phase = ErrorPhase::before_first_chunk;
    int http_status = 0;                                       ///< 0: no answer
    std::function<std::string_view(std::string_view)> header;  ///< by lower-case name; may be empty
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
    std::string generation_id;         ///< if already known
    std::string request_id;            ///< if already known
    std::string provider_name;         ///< of the chunk that carried the error
    std::vector<std::string> secrets;  ///< removed from all texts
    const ProviderSite* site = nullptr;  ///< for our words; null: nothing is known of it
};
static_assert(!std::is_aggregate_v<ErrorContext>);

/// A context whose `header` looks into `headers`, which must outlive it.
ErrorContext context_of(int http_status, const HttpHeaders& headers, ErrorPhase phase);

/// The request's id among the headers, by lower-case name; empty if there is none.
std::string_view request_id_in(const std::function<std::string_view(std::string_view)>& header);

/// An answer whose status is not 200, or whose body is not what it should be: JSON of any of the
/// usual APIs, HTML of a proxy, other text, or nothing (wire reference 5.1, 5.4).
ErrorInfo from_http(const ErrorContext& context, std::string_view body,
                    std::string_view content_type);

/// The error that a parsed answer or stream chunk carries: a top-level `error`, `choices[].error`,
/// or the finish reason "error" (wire reference 4.6, 5.4). Nothing if it carries none.
std::optional<ErrorInfo> from_answer(const json::object& answer, const ErrorContext& context);

/// The value of an `error` member: an object, or a text.
ErrorInfo from_error_object(const json::value& error, const ErrorContext& context);

/// finish_reason "error" without an error object.
ErrorInfo error_finish(std::string_view native_reason, const ErrorContext& context);

/// A failed exchange. The phase is taken from `context` unless the request was never sent.
ErrorInfo from_http_error(const HttpError& error, const ErrorContext& context);

/// The answer ended without any content (wire reference 4.7).
ErrorInfo empty_answer(std::string_view finish_reason, std::string_view native_reason,
                       const ErrorContext& context);

/// The answer is not what the protocol allows; `detail` says where.
ErrorInfo malformed(std::string_view detail, const ErrorContext& context);

/// The stream ended without a finish reason and without [DONE].
ErrorInfo truncated(const ErrorContext& context);

ErrorInfo cancelled(const ErrorContext& context);

/// N of "... can only afford N" (wire reference 5.5).
std::optional<std::int64_t> affordable_tokens(std::string_view server_message);

}  // namespace capstan::exchange
