#include <capstan/text_joiner.hpp>

#include "base/wtf8.hpp"

#include <capstan/json.hpp>

#include <utility>

namespace capstan {
namespace {

/// How many bytes the UTF-8 sequence that starts with `lead` has; 0 if none can.
std::size_t sequence_length(unsigned char lead) noexcept {
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return 2;
    if (lead >= 0xE0 && lead <= 0xEF) return 3;
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/// Bytes at the end of `text` that more bytes could still complete to a character.
std::size_t incomplete_tail(std::string_view text) noexcept {
    if (last_high_surrogate(text)) return 3;
    for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if ((byte & 0xC0u) == 0x80) continue;
        return sequence_length(byte) > back ? back : 0;
    }
    return 0;
}

}  // namespace

std::string TextJoiner::join(std::string_view piece) {
    if (held_.empty() && is_valid_utf8(piece)) return std::string(piece);
    return join_slowly(piece);
}

std::string TextJoiner::join_slowly(std::string_view piece) {
    std::string text = std::exchange(held_, std::string());
    text += piece;
    const std::size_t tail = incomplete_tail(text);
    held_ = text.substr(text.size() - tail);
    text.resize(text.size() - tail);
    return to_valid_utf8(text);
}

std::string TextJoiner::flush() {
    return held_.empty() ? std::string() : to_valid_utf8(std::exchange(held_, std::string()));
}

}  // namespace capstan
