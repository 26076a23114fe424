#include "coding/html_reader.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace capstan::coding {
namespace {

constexpr std::size_t longest_entity = 10;

using Named = std::pair<std::string_view, std::uint32_t>;
constexpr std::array<Named, 27> named_entities = {{
    {"amp", '&'},      {"lt", '<'},       {"gt", '>'},        {"quot", '"'},    {"apos", '\''},
    {"nbsp", ' '},     {"copy", 0xa9},    {"reg", 0xae},      {"deg", 0xb0},    {"middot", 0xb7},
    {"laquo", 0xab},   {"raquo", 0xbb},   {"times", 0xd7},    {"auml", 0xe4},   {"ouml", 0xf6},
    {"uuml", 0xfc},    {"eacute", 0xe9},  {"ndash", 0x2013},  {"mdash", 0x2014},
    {"lsquo", 0x2018}, {"rsquo", 0x2019}, {"ldquo", 0x201c},  {"rdquo", 0x201d},
    {"bull", 0x2022},  {"hellip", 0x2026}, {"trade", 0x2122}, {"rarr", 0x2192},
}};

void append_utf8(std::string& out, std::uint32_t code) {
    const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
    const auto more = [&](int shift) { byte(0x80 | ((code >> shift) & 0x3f)); };
    if (code < 0x80) return byte(code);
    if (code < 0x800) return byte(0xc0 | (code >> 6)), more(0);
    if (code < 0x10000) return byte(0xe0 | (code >> 12)), more(6), more(0);
    byte(0xf0 | (code >> 18)), more(12), more(6), more(0);
}

/// The character that a name between '&' and ';' stands for, or 0.
std::uint32_t code_of(std::string_view name) {
    if (!name.starts_with('#')) {
        for (const auto& [known, code] : named_entities)
            if (known == name) return code;
        return 0;
    }
    name.remove_prefix(1);
    const bool hexadecimal = name.starts_with('x') || name.starts_with('X');
    if (hexadecimal) name.remove_prefix(1);
    std::uint32_t code = 0;
    const auto end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data(), end, code, hexadecimal ? 16 : 10);
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    return parsed.ptr == end && code < 0x110000 && !surrogate ? code : 0;
}

}  // namespace

std::string decoded_entities(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto start = text.find('&');
        out += text.substr(0, start);
        if (start == text.npos) break;
        text.remove_prefix(start);
        const auto end = text.substr(0, longest_entity + 2).find(';');
        const auto code = end == text.npos ? 0 : code_of(text.substr(1, end - 1));
        if (code != 0) append_utf8(out, code);
        else out += '&';
        text.remove_prefix(code != 0 ? end + 1 : 1);
    }
    return out;
}

}  // namespace capstan::coding
