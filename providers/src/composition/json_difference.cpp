#include "composition/json_difference.hpp"

#include <capstan/canonical_json.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace capstan::composition {
namespace {

constexpr std::size_t shown_before = 20;
constexpr std::size_t shown = 100;

bool is_plain_name(std::string_view key) {
    return !key.empty() && std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    });
}

std::string member_path(const std::string& path, std::string_view key) {
    if (is_plain_name(key)) return path + '.' + std::string(key);
    std::string out = path + '[';
    append_json_string(out, key);
    return out + ']';
}

// The part of a text around `place`, whole characters only.
std::string excerpt(std::string_view text, std::size_t place) {
    std::size_t begin = place > shown_before ? place - shown_before : 0;
    std::size_t end = std::min(text.size(), begin + shown);
    const auto inside = [&](std::size_t at) {
        return at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
    };
    while (inside(begin)) --begin;
    while (inside(end)) ++end;
    return (begin > 0 ? "..." : "") + std::string(text.substr(begin, end - begin)) +
           (end < text.size() ? "..." : "");
}

class Comparison {
public:
    void compare(const json::value* left, const json::value* right, const std::string& path) {
        if (!left || !right) return note(left, right, path);
        if (left->is_object() && right->is_object())
            return compare_objects(left->get_object(), right->get_object(), path);
        if (left->is_array() && right->is_array())
            return compare_arrays(left->get_array(), right->get_array(), path);
        const bool both_texts = left->is_string() && right->is_string();
        const bool equal = both_texts ? left->get_string() == right->get_string()
                                      : canonical_json(*left) == canonical_json(*right);
        if (!equal) note(left, right, path);
    }

    JsonDifference take() { return std::move(difference_); }

private:
    void compare_objects(const json::object& left, const json::object& right,
                         const std::string& path) {
        std::set<std::string_view> keys;
        for (const auto& member : left) keys.insert(member.key());
        for (const auto& member : right) keys.insert(member.key());
        for (const auto key : keys)
            compare(left.if_contains(key), right.if_contains(key), member_path(path, key));
    }

    void compare_arrays(const json::array& left, const json::array& right,
                        const std::string& path) {
        for (std::size_t n = 0; n < std::max(left.size(), right.size()); ++n)
            compare(left.if_contains(n), right.if_contains(n), fmt::format("{}[{}]", path, n));
    }

    void note(const json::value* left, const json::value* right, const std::string& path) {
        if (++difference_.count > 1) return;
        difference_.path = path;
        const auto a = left ? canonical_json(*left) : "nothing";
        const auto b = right ? canonical_json(*right) : "nothing";
        const auto [at, other] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
        const auto place = static_cast<std::size_t>(at - a.begin());
        difference_.left = excerpt(a, left && right ? place : 0);
        difference_.right = excerpt(b, left && right ? place : 0);
    }

    JsonDifference difference_;
};

}  // namespace

JsonDifference json_difference(const json::value& left, const json::value& right) {
    Comparison comparison;
    comparison.compare(&left, &right, "$");
    return comparison.take();
}

}  // namespace capstan::composition
