#include "net/http_url.hpp"

#include "net/http_text.hpp"

#include <capstan/http_client.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace capstan::http {

namespace {

[[noreturn]] void refuse(const std::string& why) {
    throw HttpError(HttpErrorKind::invalid_url, "the URL is not usable: " + why);
}

bool visible_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// Removes the scheme; says whether it was https.
bool take_scheme(std::string_view& url) {
    const auto end = url.find("://");
    const auto scheme = url.substr(0, end == std::string_view::npos ? 0 : end);
    const bool secure = equal_ignoring_case(scheme, "https");
    if (!secure && !equal_ignoring_case(scheme, "http"))
        refuse("it must begin with http:// or https://");
    url.remove_prefix(end + 3);
    return secure;
}

std::uint16_t parse_port(std::string_view text) {
    unsigned value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || value == 0 || value > 65535)
        refuse("its port is not a number from 1 to 65535");
    return static_cast<std::uint16_t>(value);
}

/// Splits host[:port] or [v6][:port].
void parse_host(std::string_view text, Url& url) {
    std::string_view port;
    if (!text.empty() && text.front() == '[') {
        const auto close = text.find(']');
        if (close == std::string_view::npos) refuse("a bracket of its address is not closed");
        url.host = lower(text.substr(1, close - 1));
        port = text.substr(close + 1);
    } else {
        const auto colon = std::min(text.find(':'), text.size());
        url.host = lower(text.substr(0, colon));
        port = text.substr(colon);
    }
    if (url.host.empty()) refuse("it has no host");
    if (!port.empty() && port.front() != ':') refuse("there is text behind its address");
    url.port = port.size() > 1 ? parse_port(port.substr(1)) : url.secure ? 443 : 80;
}

bool usable_host(std::string_view host) {
    return host.find_first_of("/\\?#@[]<>\"^`{|}") == std::string_view::npos;
}

std::string bracketed(const std::string& host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

std::optional<int> hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char l = lower(c);
    if (l >= 'a' && l <= 'f') return l - 'a' + 10;
    return std::nullopt;
}

}  // namespace

std::string Url::host_and_port() const { return bracketed(host) + ":" + std::to_string(port); }

Url split_url(std::string_view text) {
    Url url;
    text = trim(text);
    url.secure = take_scheme(text);
    if (!visible_ascii(text)) refuse("blanks, control and non-ASCII bytes must be percent-encoded");
    text = text.substr(0, text.find('#'));
    const auto path = std::min(text.find_first_of("/?"), text.size());
    auto host = text.substr(0, path);
    if (const auto at = host.rfind('@'); at != std::string_view::npos) {
        url.user_info = host.substr(0, at);
        host.remove_prefix(at + 1);
    }
    parse_host(host, url);
    if (!usable_host(url.host)) refuse("its host has a character that no host name has");
    url.target = text.substr(path);
    if (url.target.empty() || url.target.front() != '/') url.target.insert(0, 1, '/');
    const bool usual = url.port == (url.secure ? 443 : 80);
    url.authority = usual ? bracketed(url.host) : url.host_and_port();
    return url;
}

std::string percent_decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size();
        const auto high = escape ? hex_digit(text[i + 1]) : std::nullopt;
        const auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
        result += low ? static_cast<char>(*high * 16 + *low) : text[i];
        if (low) i += 2;
    }
    return result;
}

std::string base64(std::string_view bytes) {
    constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string result;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto part = bytes.substr(i, 3);
        unsigned bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = bits << 8 | (k < part.size() ? static_cast<unsigned char>(part[k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k)
            result += k <= part.size() ? digits[bits >> (18 - 6 * k) & 63] : '=';
    }
    return result;
}

}  // namespace capstan::http
