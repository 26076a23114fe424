#include "base/utf8.hpp"

#include <capstan/json.hpp>

#include <cstdint>
#include <cstring>

namespace capstan {
namespace detail {

unsigned wtf8_surrogate(const char* p, const char* end) noexcept {
    if (end - p < 3 || static_cast<unsigned char>(p[0]) != 0xED) return 0;
    const unsigned second = static_cast<unsigned char>(p[1]);
    const unsigned third = static_cast<unsigned char>(p[2]);
    if (second < 0xA0 || second > 0xBF || third < 0x80 || third > 0xBF) return 0;
    return 0xD000 | (second & 0x3F) << 6 | (third & 0x3F);
}

void append_code_point(std::string& out, unsigned code) {
    const auto put = [&out](unsigned byte) { out.push_back(static_cast<char>(byte)); };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
        put(0xC0 | code >> 6);
        return put(0x80 | (code & 0x3F));
    }
    if (code < 0x10000) {
        put(0xE0 | code >> 12);
    } else {
        put(0xF0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3F));
    }
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
}

std::size_t append_repaired(std::string& out, const char* p, const char* end) {
    const unsigned first = wtf8_surrogate(p, end);
    const unsigned second = first != 0 && first < 0xDC00 ? wtf8_surrogate(p + 3, end) : 0;
    if (second >= 0xDC00) {
        append_code_point(out, 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
        return 6;
    }
    out += "\xEF\xBF\xBD";
    return first != 0 ? 3 : utf8_step(p, end).length;
}

namespace {

/// The first byte that is not ASCII, or a little before it; eight bytes a step.
const char* skip_ascii(const char* p, const char* end) noexcept {
    constexpr std::uint64_t high_bits = 0x8080808080808080u;
    for (std::uint64_t word = 0; end - p >= 8; p += sizeof word) {
        std::memcpy(&word, p, sizeof word);
        if ((word & high_bits) != 0) break;
    }
    return p;
}

}  // namespace
}  // namespace detail

bool is_valid_utf8(std::string_view text) noexcept {
    const char* p = text.data();
    const char* const end = p + text.size();
    while ((p = detail::skip_ascii(p, end)) != end) {
        const detail::Utf8Step step = detail::utf8_step(p, end);
        if (!step.valid) return false;
        p += step.length;
    }
    return true;
}

std::string to_valid_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    const char* p = text.data();
    const char* const end = p + text.size();
    while (p != end) {
        const detail::Utf8Step step = detail::utf8_step(p, end);
        if (step.valid) {
            out.append(p, step.length);
            p += step.length;
        } else {
            p += detail::append_repaired(out, p, end);
        }
    }
    return out;
}

}  // namespace capstan
