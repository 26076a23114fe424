#include "base/base64.hpp"

#include <cstdint>
#include <string>

namespace capstan {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Ignores what is not in the alphabet, padding included.
std::string decode(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const auto digit = alphabet.find(c);
        if (digit == std::string_view::npos) continue;
        bits = (bits << 6) | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out.push_back(static_cast<char>((bits >> count) & 0xFFu));
    }
    return out;
}

std::string encode(std::string_view bytes) {
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : bytes) {
        bits = (bits << 8) | static_cast<unsigned char>(c);
        for (count += 8; count >= 6; count -= 6)
            out.push_back(alphabet[(bits >> (count - 6)) & 63u]);
    }
    if (count > 0) out.push_back(alphabet[(bits << (6 - count)) & 63u]);
    while (out.size() % 4 != 0) out.push_back('=');
    return out;
}

}  // namespace

void append_base64(boost::json::string& into, std::string_view piece) {
    if (into.empty() || into.back() != '=') {
        into.append(piece);
        return;
    }
    // Padding in the middle of a text would be wrong: the last group is encoded anew.
    const std::size_t group = into.size() >= 4 ? 4 : into.size();
    std::string bytes = decode(std::string_view(into).substr(into.size() - group));
    bytes += decode(piece);
    into.resize(into.size() - group);
    into.append(encode(bytes));
}

}  // namespace capstan
