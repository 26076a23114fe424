#include <capstan/json.hpp>

#include "base/json_walk.hpp"
#include "base/utf8.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

namespace capstan {
namespace {

constexpr std::uint64_t every(std::uint64_t byte) { return 0x0101010101010101 * byte; }

/// Marks (in the top bit of each byte) bytes that are not plain in a JSON string: control
/// characters, the quote, the backslash, and all beyond ASCII. The lowest mark is exact.
std::uint64_t special_bytes(std::uint64_t word) {
    const auto zero = [](std::uint64_t x) { return (x - every(0x01)) & ~x; };
    const std::uint64_t control = (word - every(0x20)) & ~word;
    return (control | zero(word ^ every('"')) | zero(word ^ every('\\')) | word) & every(0x80);
}

bool is_special(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte >= 0x80 || c == '"' || c == '\\';
}

const char* skip_plain(const char* p, const char* end) {
    if constexpr (std::endian::native == std::endian::little) {
        for (; end - p >= 8; p += 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, p, sizeof word);
            const std::uint64_t marks = special_bytes(word);
            if (marks != 0) return p + std::countr_zero(marks) / 8;
        }
    }
    while (p != end && !is_special(*p)) ++p;
    return p;
}

void append_escape(std::string& out, char c) {
    static constexpr char hex[] = "0123456789abcdef";
    switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default:
        out += "\\u00";
        out += hex[c >> 4];
        out += hex[c & 15];
    }
}

/// Shortens "1e-09" and "1e+23" to "1e-9" and "1e23".
void append_number(std::string& out, std::string_view number) {
    const std::size_t e = number.find('e');
    if (e == number.npos) {
        out.append(number);
        return;
    }
    out.append(number.substr(0, e + 1));
    if (number[e + 1] == '-') out += '-';
    out.append(number.substr(number.find_first_not_of("+-0", e + 1)));
}

void append_double(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    std::array<char, 40> buffer;
    char* const begin = buffer.data();
    // Integral numbers stay readable (100000.0 instead of 1e5) as long as all digits are exact.
    if (value == std::trunc(value)) {
        const bool exact = std::abs(value) < 0x1p53;
        const auto format = exact ? std::chars_format::fixed : std::chars_format::scientific;
        const auto result = std::to_chars(begin, begin + buffer.size(), value, format);
        if (exact) {
            out.append(begin, result.ptr).append(".0");
            return;
        }
        return append_number(out, std::string_view(begin, result.ptr));
    }
    const auto result = std::to_chars(begin, begin + buffer.size(), value);
    append_number(out, std::string_view(begin, result.ptr));
}

/// Steps over common characters of two and three bytes.
const char* skip_plain_utf8(const char* p, const char* end) {
    const auto byte = [&p](int i) { return static_cast<unsigned char>(p[i]); };
    while (end - p >= 3) {
        const unsigned lead = byte(0);
        const bool second = (byte(1) & 0xC0) == 0x80;
        const bool third = (byte(2) & 0xC0) == 0x80;
        if (second && lead >= 0xC2 && lead <= 0xDF) {
            p += 2;
        } else if (second && third && lead > 0xE0 && lead < 0xF0 && lead != 0xED) {
            p += 3;
        } else {
            return p;
        }
    }
    return p;
}

/// About the number of bytes that the text will have.
std::size_t estimated_size(const json::value& value) {
    std::size_t size = 8;
    if (const auto* text = value.if_string()) {
        size += text->size() + text->size() / 32;
    } else if (const auto* array = value.if_array()) {
        for (const json::value& element : *array) size += estimated_size(element);
    } else if (const auto* object = value.if_object()) {
        for (const auto& [key, member] : *object) size += key.size() + estimated_size(member);
    }
    return size;
}

/// Members in their order.
struct PlainStyle {
    static void append_double(std::string& out, double value) {
        capstan::append_double(out, value);
    }
    template <class F>
    static void each_member(const json::object& object, F f) {
        for (const auto& member : object) f(member);
    }
};
using PlainWalk = detail::JsonWalk<PlainStyle>;

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    const char* p = text.data();
    const char* const end = p + text.size();
    const char* run = p;
    out += '"';
    while ((p = skip_plain_utf8(skip_plain(p, end), end)) != end) {
        if (!is_special(*p)) continue;
        const detail::Utf8Step step = detail::utf8_step(p, end);
        if (step.valid && step.length > 1) {
            p += step.length;
            continue;
        }
        out.append(run, p);
        if (step.valid) append_escape(out, *p);
        p += step.valid ? 1 : detail::append_repaired(out, p, end);
        run = p;
    }
    out.append(run, end);
    out += '"';
}

void append_json_text(std::string& out, const json::object& object) {
    std::size_t size = 8;
    for (const auto& [key, member] : object) size += key.size() + estimated_size(member);
    out.reserve(out.size() + size);
    PlainWalk::append(out, object);
}

void append_json_text(std::string& out, const json::array& array) {
    std::size_t size = 8;
    for (const json::value& element : array) size += estimated_size(element);
    out.reserve(out.size() + size);
    PlainWalk::append(out, array);
}

void append_json_text(std::string& out, const json::value& value) {
    out.reserve(out.size() + estimated_size(value));
    PlainWalk::append(out, value);
}

std::string to_json_text(const json::value& value) {
    std::string out;
    append_json_text(out, value);
    return out;
}

}  // namespace capstan
