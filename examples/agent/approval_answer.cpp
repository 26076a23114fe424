#include "approval_answer.hpp"

#include <cctype>

namespace coding_agent {
namespace {

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r");
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::string lower(std::string_view text) {
    std::string out;
    for (const char c : text) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

}  // namespace

std::optional<SpokenAnswer> read_answer(std::string_view line) {
    const auto text = trimmed(line);
    const auto end = std::min(text.find_first_of(" ,:;"), text.size());
    const auto word = lower(text.substr(0, end));
    SpokenAnswer answer;
    if (word == "n" || word == "no") {
        const auto rest = text.substr(end);
        const auto begin = rest.find_first_not_of(" ,:;");
        if (begin != rest.npos) answer.reason = std::string(rest.substr(begin));
        return answer;
    }
    if (end != text.size()) return std::nullopt;
    if (word == "y" || word == "yes")
        answer.decision = Decision::yes;
    else if (word == "a" || word == "always")
        answer.decision = Decision::always;
    else
        return std::nullopt;
    return answer;
}

}  // namespace coding_agent
