#include <capstan/error.hpp>

#include <capstan/redact.hpp>

#include "base/duration_text.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

namespace capstan {
namespace {

constexpr std::size_t longest_server_message = 800;

ErrorInfo make_info(ErrorKind kind, std::string summary, std::string remedy) {
    ErrorInfo info;
    info.kind = kind;
    // Errors made from a text alone are our own refusals: nothing was sent.
    if (kind == ErrorKind::configuration || kind == ErrorKind::invalid_request)
        info.phase = ErrorPhase::before_request;
    info.summary = std::move(summary);
    info.remedy = std::move(remedy);
    return info;
}

std::string_view without_full_stop(std::string_view text) {
    while (!text.empty() && (text.back() == '.' || text.back() == ' ' || text.back() == '\n'))
        text.remove_suffix(1);
    return text;
}

/// Cut at a character boundary.
std::string_view shortened(std::string_view text) {
    if (text.size() <= longest_server_message) return text;
    std::size_t end = longest_server_message;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end);
}

void append_sentence(std::string& out, std::string_view sentence) {
    if (sentence.empty()) return;
    if (!out.empty()) out += ' ';
    out += sentence;
    if (std::string_view(".!?").find(out.back()) == std::string_view::npos) out += '.';
}

std::string what_happened(const ErrorInfo& info) {
    std::string text(without_full_stop(info.summary));
    if (text.empty()) text = fmt::format("The call failed ({})", to_string(info.kind));
    const auto said = without_full_stop(shortened(info.server_message));
    if (!said.empty() && text.find(said) == std::string::npos) text.append(": ").append(said);
    if (said.size() + 3 < info.server_message.size() &&
        info.server_message.size() > longest_server_message)
        text += "...";
    if (info.http_status >= 400) text += fmt::format(" (HTTP {})", info.http_status);
    return text;
}

std::string message_of(const ErrorInfo& info) {
    std::string out;
    append_sentence(out, what_happened(info));
    const bool told = info.remedy.find("Try again") != std::string::npos;
    if (info.retryable && info.retry_after && info.retry_after->count() > 0 && !told)
        append_sentence(out, "Try again in " + detail::duration_text(*info.retry_after));
    append_sentence(out, info.remedy);
    return redact(std::move(out));
}

}  // namespace

std::string_view to_string(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::configuration:
            return "configuration";
        case ErrorKind::invalid_request:
            return "invalid_request";
        case ErrorKind::authentication:
            return "authentication";
        case ErrorKind::payment_required:
            return "payment_required";
        case ErrorKind::permission_denied:
            return "permission_denied";
        case ErrorKind::not_found:
            return "not_found";
        case ErrorKind::context_overflow:
            return "context_overflow";
        case ErrorKind::content_policy:
            return "content_policy";
        case ErrorKind::invalid_signature:
            return "invalid_signature";
        case ErrorKind::rate_limited:
            return "rate_limited";
        case ErrorKind::overloaded:
            return "overloaded";
        case ErrorKind::server:
            return "server";
        case ErrorKind::network:
            return "network";
        case ErrorKind::tls:
            return "tls";
        case ErrorKind::timeout:
            return "timeout";
        case ErrorKind::cancelled:
            return "cancelled";
        case ErrorKind::malformed:
            return "malformed";
        case ErrorKind::empty_answer:
            return "empty_answer";
    }
    return "server";
}

std::string_view to_string(ErrorPhase phase) noexcept {
    switch (phase) {
        case ErrorPhase::before_request:
            return "before_request";
        case ErrorPhase::before_first_chunk:
            return "before_first_chunk";
        case ErrorPhase::mid_stream:
            return "mid_stream";
    }
    return "before_first_chunk";
}

ApiError::ApiError(ErrorInfo info)
    : info_(std::make_shared<const ErrorInfo>(std::move(info))),
      message_(std::make_shared<const std::string>(message_of(*info_))) {}

ApiError::ApiError(ErrorKind kind, std::string summary, std::string remedy)
    : ApiError(make_info(kind, std::move(summary), std::move(remedy))) {}

}  // namespace capstan
