#pragma once

#include "base/utf8.hpp"

#include <string>
#include <string_view>

namespace capstan {

/// WTF-8 is UTF-8 in which lone UTF-16 surrogates (`\ud83d` in JSON) are encoded too, as three
/// bytes. It only lives between the JSON parser and the place where texts are joined.

/// The high surrogate, half an emoji, that the text ends in, or 0.
inline unsigned last_high_surrogate(std::string_view text) noexcept {
    if (text.size() < 3) return 0;
    const char* const end = text.data() + text.size();
    const unsigned unit = detail::wtf8_surrogate(end - 3, end);
    return unit < 0xDC00 ? unit : 0;
}

/// The low surrogate that the text begins with, or 0.
inline unsigned first_low_surrogate(std::string_view text) noexcept {
    const unsigned unit = detail::wtf8_surrogate(text.data(), text.data() + text.size());
    return unit >= 0xDC00 ? unit : 0;
}

/// Appends, and joins the halves of a character that was cut between the two texts.
template <class String>
void append_wtf8(String& into, std::string_view piece) {
    const unsigned low = first_low_surrogate(piece);
    const unsigned high = low ? last_high_surrogate({into.data(), into.size()}) : 0;
    if (high) {
        std::string joined;
        detail::append_code_point(joined, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
        into.resize(into.size() - 3);
        into.append(joined);
        piece.remove_prefix(3);
    }
    into.append(piece);
}

}  // namespace capstan
