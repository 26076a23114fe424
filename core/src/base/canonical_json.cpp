#include <capstan/canonical_json.hpp>

#include "base/json_walk.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace capstan {
namespace {

/// Puts the bytes of UTF-8 in the order of UTF-16: what lies beyond U+FFFF is written there with
/// surrogates, which come before U+E000.
unsigned utf16_rank(char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0xF0) return byte - 2U;
    return byte >= 0xEE ? byte + 5U : byte;
}

bool utf16_less(std::string_view a, std::string_view b) {
    const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    if (left == a.end() || right == b.end()) return a.size() < b.size();
    return utf16_rank(*left) < utf16_rank(*right);
}

/// The layout of ECMAScript's Number::toString: `digits` are without leading and trailing zeros,
/// `point` is the number of them before the decimal point.
void append_layout(std::string& out, const std::string& digits, int point) {
    const int count = static_cast<int>(digits.size());
    if (count <= point && point <= 21) {
        out.append(digits).append(static_cast<std::size_t>(point - count), '0');
    } else if (0 < point && point <= 21) {
        const auto whole = static_cast<std::size_t>(point);
        out.append(digits, 0, whole).append(".").append(digits, whole);
    } else if (-6 < point && point <= 0) {
        out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
    } else {
        out += digits[0];
        if (count > 1) out.append(".").append(digits, 1);
        out.append(point > 0 ? "e+" : "e-");
        detail::append_integer(out, std::abs(point - 1));
    }
}

void append_double(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    if (value == 0) {
        out += '0';
        return;
    }
    if (value < 0) out += '-';
    std::array<char, 40> buffer;
    char* const begin = buffer.data();
    const char* const end = std::to_chars(begin, begin + buffer.size(), std::abs(value),
                                          std::chars_format::scientific).ptr;
    const char* const e = std::find<const char*>(begin, end, 'e');
    std::string digits(std::string_view(begin, static_cast<std::size_t>(e - begin)));
    std::erase(digits, '.');
    int exponent = 0;
    std::from_chars(e + (e[1] == '+' ? 2 : 1), end, exponent);
    append_layout(out, digits, exponent + 1);
}

struct CanonicalStyle {
    static void append_double(std::string& out, double value) {
        capstan::append_double(out, value);
    }

    template <class F>
    static void each_member(const json::object& object, F f) {
        std::vector<const json::key_value_pair*> members;
        members.reserve(object.size());
        for (const auto& member : object) members.push_back(&member);
        std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) {
            return utf16_less(a->key(), b->key());
        });
        for (const auto* member : members) f(*member);
    }
};

}  // namespace

std::string canonical_json(const json::value& value) {
    std::string out;
    detail::JsonWalk<CanonicalStyle>::append(out, value);
    return out;
}

std::string canonical_arguments(std::string_view text) {
    if (text.empty()) return "{}";
    const auto value = try_parse_json(text);
    return value ? canonical_json(*value) : std::string(text);
}

std::string sha256_hex(std::string_view bytes) {
    static constexpr char hex[] = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> sum;
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), sum.data(), &size, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("SHA-256 is not available");
    std::string out;
    for (unsigned i = 0; i < size; ++i) {
        out += hex[sum[i] >> 4];
        out += hex[sum[i] & 15];
    }
    return out;
}

}  // namespace capstan
