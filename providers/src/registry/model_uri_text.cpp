#include "registry/model_uri_text.hpp"

#include <capstan/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace capstan::registry {
namespace {

constexpr auto none = std::string_view::npos;
constexpr std::string_view hex_digits = "0123456789ABCDEF";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool begins_with(std::string_view text, std::string_view low) {
    return text.size() >= low.size() &&
           std::equal(low.begin(), low.end(), text.begin(),
                      [](char a, char b) { return a == (is_letter(b) ? (b | 0x20) : b); });
}

bool begins_url(std::string_view text) {
    return begins_with(text, "http://") || begins_with(text, "https://");
}

EncodingFault fault(std::size_t position, std::size_t length, std::string problem) {
    EncodingFault result;
    result.position = position;
    result.length = length;
    result.problem = std::move(problem);
    return result;
}

// The length of what the host and port before `text`'s end take up; 0: none.
std::size_t address_length(std::string_view text) {
    std::size_t host = 0;
    while (host < text.size() && (is_letter(text[host]) || is_digit(text[host]) ||
                                  text[host] == '.' || text[host] == '-'))
        ++host;
    auto end = host + 1;
    while (end < text.size() && is_digit(text[end])) ++end;
    return host > 0 && host < text.size() && text[host] == ':' && end > host + 1 ? end : 0;
}

bool must_encode(std::string_view text, std::size_t at) {
    const char c = text[at];
    if (c == '@') return begins_url(text.substr(at + 1)) || address_length(text.substr(at + 1)) > 0;
    return c == '%' || c == '?' || c == '&' || c == ' ' || is_control(c);
}

}  // namespace

std::size_t find_base_url(std::string_view text) noexcept {
    for (auto at = text.find('@'); at != none; at = text.find('@', at + 1))
        if (begins_url(text.substr(at + 1))) return at;
    return none;
}

bool looks_like_address(std::string_view text) noexcept {
    const auto end = address_length(text);
    return end > 0 && (end == text.size() || text[end] == '/');
}

std::string encode_model(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (must_encode(text, at))
            out.append(1, '%').append(1, hex_digits[byte >> 4]).append(1, hex_digits[byte & 15]);
        else
            out += text[at];
    }
    return out;
}

std::optional<EncodingFault> decode(std::string_view text, std::string& out) {
    out.clear();
    for (std::size_t at = 0; at < text.size(); ++at) {
        char c = text[at];
        std::size_t length = 1;
        if (c == ' ') return fault(at, 1, "a space must be written as %20");
        if (c == '%') {
            const int high = at + 1 < text.size() ? hex_value(text[at + 1]) : -1;
            const int low = at + 2 < text.size() ? hex_value(text[at + 2]) : -1;
            if (high < 0 || low < 0)
                return fault(at, 1, "'%' needs two hexadecimal digits behind it (%25 is '%')");
            c = static_cast<char>(high * 16 + low);
            length = 3;
        }
        if (is_control(c)) return fault(at, length, "control characters are not allowed");
        out += c;
        at += length - 1;
    }
    if (is_valid_utf8(out)) return std::nullopt;
    return fault(0, text.size(), "this is not UTF-8");
}

}  // namespace capstan::registry
