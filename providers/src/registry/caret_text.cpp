#include "registry/caret_text.hpp"

#include <capstan/json.hpp>

#include <algorithm>
#include <array>

namespace capstan::registry {
namespace {

constexpr std::size_t longest_quote = 60;
constexpr std::size_t context_before = 50;
constexpr std::size_t context_after = 30;
constexpr auto none = std::string_view::npos;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_key_char(char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

void cover(std::string& text, std::size_t begin, std::size_t end) {
    std::fill(text.begin() + static_cast<std::ptrdiff_t>(begin),
              text.begin() + static_cast<std::ptrdiff_t>(end), '*');
}

// user:password@ behind "://".
void cover_users(std::string& text) {
    for (auto at = text.find("://"); at != none; at = text.find("://", at + 3)) {
        const auto begin = at + 3;
        const auto end = std::min(text.find_first_of("/?#", begin), text.size());
        const auto user = std::string_view(text).substr(begin, end - begin).rfind('@');
        if (user != none) cover(text, begin, begin + user);
    }
}

// name=value& behind '?' and '&'. One pass, since the text may be long and hostile.
void cover_parameters(std::string& text) {
    bool secret = false;  // of a name's parts, should a '?' be in it
    for (auto at = text.find_first_of("?&"); at != none;) {
        if (text[at] == '&') secret = false;
        const auto name = at + 1;
        at = text.find_first_of("?&=", name);
        if (at == none) return;
        secret = secret || names_a_secret(std::string_view(text).substr(name, at - name));
        if (text[at] != '=') continue;
        if (secret) cover(text, at + 1, std::min(text.find('&', at), text.size()));
        secret = false;
        at = text.find_first_of("?&", at);
    }
}

void cover_keys(std::string& text) {
    for (auto at = text.find("sk-"); at != none; at = text.find("sk-", at)) {
        auto end = at;
        while (end < text.size() && is_key_char(text[end])) ++end;
        const bool begins = at == 0 || !is_key_char(text[at - 1]);
        if (begins && end - at > 12) cover(text, at, end);
        at = end;
    }
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

std::size_t character_start(std::string_view text, std::size_t position) {
    position = std::min(position, text.size());
    while (position > 0 && position < text.size() && continues_character(text[position]))
        --position;
    return position;
}

}  // namespace

bool names_a_secret(std::string_view name) {
    std::string low(name);
    std::transform(low.begin(), low.end(), low.begin(), lower);
    constexpr std::array<std::string_view, 6> words = {"key",    "secret",     "password",
                                                       "passwd", "authoriz", "bearer"};
    if (low == "token" || low.ends_with("_token") || low.ends_with("-token")) return true;
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return low.find(word) != none; });
}

std::string without_secrets(std::string_view text) {
    std::string out(text);
    cover_users(out);
    cover_parameters(out);
    cover_keys(out);
    return out;
}

std::size_t character_at(std::string_view text, std::size_t position) {
    return characters(text.substr(0, character_start(text, position))) + 1;
}

std::string printable(std::string_view text) {
    std::string out = to_valid_utf8(text);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    return out;
}

std::string in_quotes(std::string_view text) {
    const bool cut = text.size() > longest_quote;
    if (cut) text = text.substr(0, character_start(text, longest_quote));
    return '"' + printable(text) + (cut ? "...\"" : "\"");
}

std::string caret_lines(std::string_view text, std::size_t position, std::size_t length) {
    const std::string shown = without_secrets(text);
    const std::string_view view = shown;
    const auto at = character_start(view, position);
    const auto end = character_start(view, std::min(view.size(), at + std::max<std::size_t>(
                                                                          length, 1)));
    const auto from = at > context_before ? character_start(view, at - context_before) : 0;
    const auto to = character_start(view, std::min(view.size(), std::max(end, at) + context_after));
    const std::string before = (from > 0 ? "..." : "") + printable(view.substr(from, at - from));
    std::string marked = printable(view.substr(at, end - at));
    const bool cut = marked.size() > longest_quote;
    if (cut) marked.resize(character_start(marked, longest_quote));
    std::string out = "    " + before + marked;
    if (!cut) out += printable(view.substr(end, to - end));
    if (cut || to < view.size()) out += "...";
    out += "\n    " + std::string(characters(before), ' ') + '^';
    out.append(std::max<std::size_t>(characters(marked), 1) - 1, '~');
    return out;
}

}  // namespace capstan::registry
