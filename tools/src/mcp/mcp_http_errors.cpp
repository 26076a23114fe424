#include "mcp/mcp_http_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace capstan::mcp {

namespace {

constexpr std::size_t max_words = 500;

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

/// The server's own words: the message of a JSON-RPC error, or of what else APIs send, or the text.
std::string words_of(std::string_view body) {
    std::string words(body);
    const auto value = try_parse_json(body);
    if (const auto* object = value ? value->if_object() : nullptr) {
        const auto* error = find_object(*object, "error");
        auto text = find_string(error ? *error : *object, "message");
        for (const char* key : {"error_description", "detail", "error"}) {
            if (!text) text = find_string(*object, key);
        }
        if (text) words = *text;
    }
    if (words.find('<') == 0) return {};  // a page of HTML helps nobody
    return to_valid_utf8(std::string_view(words).substr(0, max_words));
}

std::string hint(int status, const HttpResponse& response, bool has_token) {
    const auto location = response.headers().get("location");
    if (status >= 300 && status < 400 && !location.empty()) {
        return fmt::format("it has moved to {}: use that URL", location);
    }
    if (has_token && (status == 401 || status == 403)) {
        return "it refuses the token that it was authorized with";
    }
    if (status == 401) {
        return "it wants authorization: put a key or token into \"headers\" of its configuration, "
               "e.g. {\"Authorization\": \"Bearer ...\"}";
    }
    if (status == 403) return "it refuses: look at the key or token in \"headers\"";
    if (status == 404 || status == 405) {
        return "the URL is wrong, or the server knows only the old HTTP+SSE transport";
    }
    return {};
}

/// Some servers say 400 instead of 404.
bool is_expired_session(int status, std::string_view body) {
    return status == 404 || (status == 400 && lower(body).find("session") != std::string::npos);
}

}  // namespace

std::exception_ptr http_status_error(const McpServerConfig& config, const HttpResponse& response,
                                     std::string_view body, bool has_session, bool has_token) {
    const int status = response.status();
    auto text = fmt::format("MCP server \"{}\" answered with HTTP {}", config.name, status);
    if (has_session && is_expired_session(status, body)) {
        return std::make_exception_ptr(SessionExpired(text + ": the session has ended"));
    }
    if (const auto more = hint(status, response, has_token); !more.empty()) text += "; " + more;
    if (const auto words = words_of(body); !words.empty()) text += "; it said: " + words;
    return std::make_exception_ptr(McpError(text));
}

std::exception_ptr http_transport_error(const McpServerConfig& config, const HttpError& error) {
    const auto text = fmt::format("MCP server \"{}\": {}", config.name, error.what());
    switch (error.kind()) {
        case HttpErrorKind::resolve:
        case HttpErrorKind::connect:
        case HttpErrorKind::proxy:
        case HttpErrorKind::timeout_connect:
            return std::make_exception_ptr(NotSent(text));
        default:
            return std::make_exception_ptr(McpError(text));
    }
}

}  // namespace capstan::mcp
