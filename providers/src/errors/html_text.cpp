#include "errors/html_text.hpp"

#include <capstan/json.hpp>

#include <array>
#include <utility>

namespace capstan::exchange {
namespace {

constexpr std::size_t most_bytes_looked_at = 64 * 1024;

/// The end of an element whose content is not shown, or `at` if it is no such element.
std::size_t skip_hidden(std::string_view body, std::size_t at) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> hidden = {
        {{"<script", "</script>"},
         {"<style", "</style>"},
         {"<SCRIPT", "</SCRIPT>"},
         {"<STYLE", "</STYLE>"},
         {"<!--", "-->"}}};
    for (const auto& [open, close] : hidden) {
        if (!body.substr(at).starts_with(open)) continue;
        const auto end = body.find(close, at);
        return end == body.npos ? body.size() : end + close.size();
    }
    return at;
}

bool opens_tag(std::string_view body, std::size_t at) {
    if (body[at] != '<' || at + 1 >= body.size()) return false;
    const char c = body[at + 1];
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '!' || c == '?';
}

void append_char(std::string& out, char c) {
    const bool blank = static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
    if (!blank)
        out += c;
    else if (!out.empty() && out.back() != ' ')
        out += ' ';
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

}  // namespace

std::string cut_text(std::string text, std::size_t limit) {
    if (text.size() <= limit) return text;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
    text.resize(limit);
    return text + "...";
}

std::string visible_text(std::string_view body, std::size_t limit) {
    body = body.substr(0, most_bytes_looked_at);
    std::string out;
    for (std::size_t at = 0; at < body.size();) {
        if (const auto behind = skip_hidden(body, at); behind != at) {
            at = behind;
        } else if (opens_tag(body, at)) {
            const auto end = body.find('>', at);
            at = end == body.npos ? body.size() : end + 1;
            append_char(out, ' ');
        } else {
            append_char(out, body[at++]);
        }
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    replace_all(out, "&nbsp;", " ");
    replace_all(out, "&lt;", "<");
    replace_all(out, "&gt;", ">");
    replace_all(out, "&amp;", "&");
    return cut_text(to_valid_utf8(out), limit);
}

}  // namespace capstan::exchange
