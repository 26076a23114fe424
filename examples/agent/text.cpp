#include "text.hpp"

#include <capstan/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cwchar>
#include <iterator>

namespace coding_agent {
namespace {

/// Calls `take(code point, its bytes)` for each character of a valid UTF-8 text.
template <class Take>
void each_character(std::string_view text, Take take) {
    for (std::size_t at = 0; at < text.size();) {
        const auto first = static_cast<unsigned char>(text[at]);
        const std::size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        const auto bytes = text.substr(at, size);
        char32_t c = size == 1 ? first : first & (0xffu >> (size + 1));
        for (const char next : bytes.substr(1)) c = (c << 6) | (static_cast<unsigned>(next) & 0x3f);
        take(c, bytes);
        at += size;
    }
}

bool turns_direction(char32_t c) {
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e ||
           c == 0x200f || c == 0x061c;
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0); }

int width_of(char32_t c) {
    if (is_control(c)) return 0;
    const int width = wcwidth(static_cast<wchar_t>(c));
    return width < 0 ? 1 : width;
}

}  // namespace

/// True if the character is shown. A sequence never goes beyond the end of its line, so that an
/// open one hides nothing that follows.
bool Harmless::takes(char32_t c) {
    if (c == '\n') {
        state_ = State::text;
        return true;
    }
    switch (state_) {
        case State::escape:
            state_ = c == '['                                                   ? State::csi
                     : c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_' ? State::string
                     : c >= 0x20 && c < 0x30                                    ? State::escape
                                                                                : State::text;
            return false;
        case State::csi:
            if (c < 0x20 || c > 0x3f) state_ = State::text;
            return false;
        case State::string:
            if (c == 0x07 || c == 0x9c) state_ = State::text;
            if (c == 0x1b) state_ = State::string_escape;
            return false;
        case State::string_escape:
            state_ = c == '\\' ? State::text : State::string;
            return false;
        case State::text:
            break;
    }
    if (c == 0x1b) state_ = State::escape;
    if (c == 0x9b) state_ = State::csi;
    if (c == 0x90 || c == 0x9d) state_ = State::string;
    return c == '\t' || (!is_control(c) && !turns_direction(c));
}

std::string Harmless::feed(std::string_view piece) {
    std::string out;
    const auto valid = capstan::to_valid_utf8(piece);
    each_character(valid, [&](char32_t c, std::string_view bytes) {
        if (takes(c)) out += bytes;
    });
    return out;
}

std::string harmless(std::string_view text) { return Harmless().feed(text); }

int display_width(std::string_view text) {
    int width = 0;
    each_character(capstan::to_valid_utf8(text),
                   [&](char32_t c, std::string_view) { width += width_of(c); });
    return width;
}

std::string fit(std::string_view text, int columns) {
    if (display_width(text) <= columns) return std::string(text);
    std::string out;
    int width = 0;
    bool full = false;
    each_character(capstan::to_valid_utf8(text), [&](char32_t c, std::string_view bytes) {
        full = full || width + width_of(c) > columns - 3;
        if (full) return;
        width += width_of(c);
        out += bytes;
    });
    return out + "...";
}

std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!space)
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    if (out.ends_with(' ')) out.pop_back();
    return out;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return lines;
}

std::string count_text(std::size_t count, std::string_view noun) {
    return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

std::string short_number(long long number) {
    if (number < 1000) return std::to_string(number);
    const bool millions = number >= 999'950;
    const double value = static_cast<double>(number) / (millions ? 1e6 : 1e3);
    char text[32];
    std::snprintf(text, sizeof text, "%.1f%c", value, millions ? 'M' : 'k');
    return text;
}

}  // namespace coding_agent
