#include "coding/command_patterns.hpp"

#include <algorithm>

namespace capstan::coding {
namespace {

/// What begins another command, a redirection or a substitution.
bool is_special(char c) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr std::string_view special = ";&|<>$`()";
    return byte < 0x20 || byte == 0x7f || special.find(c) != special.npos;
}

bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./+").find(c) != std::string_view::npos;
}

}  // namespace

bool fits_command_pattern(std::string_view command, std::string_view pattern) {
    // The usual matching with one place to come back to: the last star, and what it stood for.
    std::size_t c = 0;
    std::size_t p = 0;
    auto star = pattern.npos;
    std::size_t behind_star = 0;
    while (c < command.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            behind_star = c;
        } else if (p < pattern.size() && pattern[p] == command[c]) {
            ++p;
            ++c;
        } else if (star != pattern.npos && !is_special(command[behind_star])) {
            p = star + 1;
            c = ++behind_star;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

bool fits_any_pattern(std::string_view command, const std::vector<std::string>& patterns) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const auto& pattern) {
        return fits_command_pattern(command, pattern);
    });
}

std::string command_key(std::string_view command) {
    const auto start = std::min(command.find_first_not_of(' '), command.size());
    const auto rest = command.substr(start);
    auto end = std::find_if_not(rest.begin(), rest.end(), is_word_char);
    const bool word = end != rest.begin() && (end == rest.end() || *end == ' ');
    if (!word || std::any_of(rest.begin(), rest.end(), is_special)) return std::string(command);
    return std::string(rest.begin(), end);
}

}  // namespace capstan::coding
