#include "session/session_id.hpp"

#include <capstan/json.hpp>

#include <array>
#include <ctime>

namespace capstan::detail {
namespace {

constexpr std::size_t max_title = 60;  // characters

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// The first `count` characters, with an ellipsis if there are more.
std::string cut(const std::string& text, std::size_t count) {
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_continuation(text[i])) continue;
        if (++characters > count) return text.substr(0, i) + "…";
    }
    return text;
}

/// White space and control characters in a row become one blank, none at the ends.
std::string on_one_line(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte != 0x7f) {
            result += c;
        } else if (!result.empty() && result.back() != ' ') {
            result += ' ';
        }
    }
    if (!result.empty() && result.back() == ' ') result.pop_back();
    return result;
}

}  // namespace

std::string make_session_id(std::chrono::system_clock::time_point time, std::uint64_t chance) {
    constexpr std::string_view alphabet = "abcdefghijkmnpqrstuvwxyz23456789";  // 32, none alike
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 32> stamp{};
    std::strftime(stamp.data(), stamp.size(), "%Y%m%d-%H%M%S-", &utc);
    std::string id = stamp.data();
    for (int i = 0; i < 5; ++i, chance /= alphabet.size()) id += alphabet[chance % alphabet.size()];
    return id;
}

std::string make_session_title(std::string_view text) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = on_one_line(to_valid_utf8(text.substr(0, end)));
        if (!line.empty()) return cut(line, max_title);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return {};
}

}  // namespace capstan::detail
