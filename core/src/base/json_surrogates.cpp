#include "base/json_surrogates.hpp"

#include "base/utf8.hpp"

#include <charconv>
#include <cstring>

namespace capstan::detail {
namespace {

/// The surrogate that an escape \uD800 .. \uDFFF at `p` stands for, or 0.
unsigned escaped_surrogate(const char* p, const char* end) noexcept {
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u' || (p[2] | 0x20) != 'd') return 0;
    unsigned code = 0;
    const auto [last, error] = std::from_chars(p + 2, p + 6, code, 16);
    return error == std::errc{} && last == p + 6 && code >= 0xD800 ? code : 0;
}

bool is_pair(unsigned first, unsigned second) noexcept {
    return first < 0xDC00 && second >= 0xDC00;
}

/// The first lone surrogate escape from `p` on, or `end`. Other escapes are stepped over.
const char* find_lone(const char* p, const char* end) noexcept {
    while (true) {
        const auto left = static_cast<std::size_t>(end - p);
        p = left < 6 ? nullptr : static_cast<const char*>(std::memchr(p, '\\', left - 5));
        if (p == nullptr) return end;
        const unsigned code = p[1] == 'u' ? escaped_surrogate(p, end) : 0;
        if (code == 0) {
            p += 2;
        } else if (is_pair(code, escaped_surrogate(p + 6, end))) {
            p += 12;
        } else {
            return p;
        }
    }
}

}  // namespace

bool rewrite_lone_surrogates(std::string_view text, std::string& out) {
    const char* const end = text.data() + text.size();
    const char* copied = text.data();
    const char* lone = find_lone(copied, end);
    if (lone == end) return false;
    out.clear();
    for (; lone != end; lone = find_lone(copied, end)) {
        out.append(copied, lone);
        append_code_point(out, escaped_surrogate(lone, end));
        copied = lone + 6;
    }
    out.append(copied, end);
    return true;
}

}  // namespace capstan::detail
