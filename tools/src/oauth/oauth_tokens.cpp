#include "oauth/oauth_tokens.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace capstan::oauth {

namespace {

using namespace std::chrono_literals;

constexpr auto margin = 30s;  // clocks differ, and a request takes its time
constexpr std::size_t max_words = 300;

std::string text(const json::object& object, std::string_view key) {
    return std::string(find_string(object, key).value_or(""));
}

bool is_bearer(std::string_view type) {
    constexpr std::string_view bearer = "bearer";
    return std::equal(type.begin(), type.end(), bearer.begin(), bearer.end(),
                      [](unsigned char a, char b) { return std::tolower(a) == b; });
}

/// Visible ASCII only: it goes into a header field.
bool is_good_token(std::string_view token) {
    return !token.empty() &&
           std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// Some servers send a text.
std::optional<std::int64_t> seconds_of(const json::object& object, std::string_view key) {
    if (const auto number = find_int(object, key)) return number;
    const auto digits = text(object, key);
    std::int64_t number = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    if (digits.empty() || error != std::errc() || stop != end) return std::nullopt;
    return number;
}

std::int64_t to_seconds(Time time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

OAuthError read_error(int status, std::string_view body) {
    const auto value = try_parse_json(body);
    const auto* object = value ? value->if_object() : nullptr;
    const auto code = object ? text(*object, "error") : std::string();
    auto words = object ? text(*object, "error_description") : std::string();
    if (words.empty()) words = code;
    auto what = fmt::format("HTTP {}", status);
    if (!words.empty()) {
        what += "; it said: " + to_valid_utf8(std::string_view(words).substr(0, max_words));
    }
    return OAuthError(code, what);
}

Tokens read_tokens(int status, std::string_view body, const std::string& requested, Time now) {
    const auto value = try_parse_json(body);
    const auto* object = value ? value->if_object() : nullptr;
    // Some servers send their errors with 200.
    if (status != 200 || !object || find_string(*object, "error")) throw read_error(status, body);
    Tokens tokens;
    tokens.access = text(*object, "access_token");
    tokens.refresh = text(*object, "refresh_token");
    tokens.scope = find_string(*object, "scope").value_or(requested);
    if (!is_good_token(tokens.access)) throw OAuthError({}, "its answer has no access token");
    if (!is_bearer(text(*object, "token_type"))) {
        throw OAuthError({}, "its token is not of the type Bearer");
    }
    constexpr std::int64_t ten_years = 10ll * 366 * 24 * 3600;
    if (const auto seconds = seconds_of(*object, "expires_in"); seconds && *seconds >= 0) {
        tokens.expires_at = now + std::chrono::seconds(std::min(*seconds, ten_years));
    }
    return tokens;
}

std::optional<std::string> read_assertion(int status, std::string_view body) {
    const auto value = try_parse_json(body);
    const auto* object = value ? value->if_object() : nullptr;
    if (status != 200 || !object) return std::nullopt;
    auto assertion = text(*object, "access_token");
    return assertion.empty() ? std::nullopt : std::optional(std::move(assertion));
}

bool is_expiring(const Tokens& tokens, Time now) {
    return tokens.expires_at && now + margin >= *tokens.expires_at;
}

json::object to_json(const Kept& kept) {
    json::object object;
    object["issuer"] = kept.issuer;
    if (!kept.client.id.empty()) object["client"] = to_json(kept.client);
    if (kept.tokens.access.empty() && kept.tokens.refresh.empty()) return object;
    auto& tokens = object["tokens"].emplace_object();
    tokens["access"] = kept.tokens.access;
    if (!kept.tokens.refresh.empty()) tokens["refresh"] = kept.tokens.refresh;
    tokens["scope"] = kept.tokens.scope;
    if (kept.tokens.expires_at) tokens["expires_at"] = to_seconds(*kept.tokens.expires_at);
    return object;
}

Kept kept_from_json(const json::object& object) {
    Kept kept;
    kept.issuer = text(object, "issuer");
    if (const auto* client = find_object(object, "client")) kept.client = client_from_json(*client);
    const auto* tokens = find_object(object, "tokens");
    if (!tokens) return kept;
    kept.tokens.access = text(*tokens, "access");
    if (!is_good_token(kept.tokens.access)) kept.tokens.access.clear();
    kept.tokens.refresh = text(*tokens, "refresh");
    kept.tokens.scope = text(*tokens, "scope");
    constexpr std::int64_t last = 1ll << 33;  // far away, and no overflow of the clock
    if (const auto seconds = find_int(*tokens, "expires_at"); seconds && *seconds > 0) {
        kept.tokens.expires_at = Time(std::chrono::seconds(std::min(*seconds, last)));
    }
    return kept;
}

}  // namespace capstan::oauth
