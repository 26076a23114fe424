#include "session/session_markdown.hpp"

#include <capstan/json.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace capstan::detail {
namespace {

/// "\r\n" and "\r" end lines in Markdown, too.
std::string with_plain_line_ends(std::string_view text) {
    std::string result;
    const auto valid = to_valid_utf8(text);
    for (std::size_t i = 0; i < valid.size(); ++i) {
        const bool pair = valid[i] == '\r' && i + 1 < valid.size() && valid[i + 1] == '\n';
        if (!pair) result += valid[i] == '\r' ? '\n' : valid[i];
    }
    while (!result.empty() && result.back() == '\n') result.pop_back();
    return result;
}

std::string on_one_line(std::string_view text) {
    auto result = with_plain_line_ends(text);
    std::replace(result.begin(), result.end(), '\n', ' ');
    return result;
}

std::size_t longest_row(std::string_view text, char wanted) {
    std::size_t longest = 0;
    std::size_t row = 0;
    for (const char c : text) {
        row = c == wanted ? row + 1 : 0;
        longest = std::max(longest, row);
    }
    return longest;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

std::string markdown_quote(std::string_view text) {
    std::string result;
    const auto plain = with_plain_line_ends(text);
    std::string_view rest = plain;
    for (;;) {
        const auto end = rest.find('\n');
        const auto line = rest.substr(0, end);
        result.append(line.empty() ? ">" : "> ").append(line).append("\n");
        if (end == std::string_view::npos) return result;
        rest.remove_prefix(end + 1);
    }
}

std::string markdown_block(std::string_view text, std::string_view language) {
    const auto plain = with_plain_line_ends(text);
    const std::string fence(std::max<std::size_t>(3, longest_row(plain, '`') + 1), '`');
    return fmt::format("{0}{1}\n{2}\n{0}\n", fence, language, plain);
}

std::string markdown_code(std::string_view text) {
    const auto line = on_one_line(text);
    if (line.find_first_not_of(' ') == std::string::npos) return "` `";
    const std::string ticks(longest_row(line, '`') + 1, '`');
    const bool touches = line.front() == '`' || line.back() == '`';
    return touches ? fmt::format("{0} {1} {0}", ticks, line)
                   : fmt::format("{0}{1}{0}", ticks, line);
}

std::string markdown_text(std::string_view text) {
    constexpr std::string_view special = R"(\`*_{}[]<>()#+-.!|~&$:@)";
    std::string result;
    for (const char c : on_one_line(text)) {
        if (special.find(c) != std::string_view::npos) result += '\\';
        result += c;
    }
    return result;
}

std::string head_and_tail(std::string_view text, std::size_t max_bytes) {
    if (text.size() <= max_bytes) return std::string(text);
    auto head = max_bytes * 2 / 3;
    auto tail = text.size() - (max_bytes - head);
    while (head > 0 && is_continuation(text[head])) --head;
    while (tail < text.size() && is_continuation(text[tail])) ++tail;
    return fmt::format("{}\n[... {} bytes left out ...]\n{}", text.substr(0, head), tail - head,
                       text.substr(tail));
}

}  // namespace capstan::detail
