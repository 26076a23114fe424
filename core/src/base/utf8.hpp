#pragma once

#include <cstddef>
#include <string>

namespace capstan::detail {

/// What lies at one position of a text: a whole code point, or bytes that are not UTF-8.
struct Utf8Step {
    std::size_t length = 1;  ///< if invalid, the longest prefix that one U+FFFD stands for
    bool valid = false;
};

/// Looks at the bytes from `p`; needs p < end.
inline Utf8Step utf8_step(const char* p, const char* end) noexcept {
    const auto byte = [p](std::size_t i) { return static_cast<unsigned char>(p[i]); };
    const unsigned lead = byte(0);
    Utf8Step step;
    if (lead < 0x80) {
        step.valid = true;
        return step;
    }
    if (lead < 0xC2 || lead > 0xF4) return step;
    const std::size_t following = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    const auto left = static_cast<std::size_t>(end - p);
    for (; step.length <= following; ++step.length) {
        if (step.length == left || byte(step.length) < low || byte(step.length) > high) return step;
        low = 0x80;
        high = 0xBF;
    }
    step.valid = true;
    return step;
}

/// The UTF-16 surrogate that WTF-8 spells at `p` (three bytes), or 0.
unsigned wtf8_surrogate(const char* p, const char* end) noexcept;

/// Appends the WTF-8 (for all but surrogates: UTF-8) form of a code point.
void append_code_point(std::string& out, unsigned code);

/// For bytes at `p` where utf8_step() is not valid: appends U+FFFD, or the character that a WTF-8
/// surrogate pair stands for. Returns how many bytes that covers.
std::size_t append_repaired(std::string& out, const char* p, const char* end);

}  // namespace capstan::detail
