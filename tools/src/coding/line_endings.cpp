#include "coding/line_endings.hpp"

namespace capstan::coding {

bool uses_crlf(std::string_view text) noexcept {
    std::size_t crlf = 0;
    std::size_t feeds = 0;
    for (auto at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1)) {
        ++feeds;
        if (at > 0 && text[at - 1] == '\r') ++crlf;
    }
    return 2 * crlf > feeds;
}

std::string with_crlf(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '\n' && !result.ends_with('\r')) result += '\r';
        result += c;
    }
    return result;
}

std::string with_endings_of(std::string_view old, std::string_view text) {
    const bool convert = uses_crlf(old) && text.find("\r\n") == text.npos;
    return convert ? with_crlf(text) : std::string(text);
}

}  // namespace capstan::coding
