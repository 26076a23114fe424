#include "chat/model_slug.hpp"

#include <algorithm>

namespace capstan {
namespace {

std::string_view trim(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// Digits from `at` on, at most two: a longer number is a date or a size.
std::optional<int> short_number(std::string_view text, std::size_t& at) {
    int value = 0;
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at])) value = value * 10 + (text[at++] - '0') % 10;
    if (at == begin || at - begin > 2) return std::nullopt;
    return value;
}

// "4.5", "4" or "4-5" at the start of `text`; "70b" is a size, not a version.
std::optional<int> version_at(std::string_view text) {
    std::size_t at = 0;
    const auto major = short_number(text, at);
    if (!major) return std::nullopt;
    if (at == text.size()) return *major * 100;
    if (text[at] != '.' && text[at] != '-') return std::nullopt;
    std::size_t next = at + 1;
    const auto minor = short_number(text, next);
    const bool ends = next >= text.size() || text[next] == '-';
    return *major * 100 + (minor && ends ? *minor : 0);
}

}  // namespace

std::string base_slug(std::string_view slug) {
    slug = trim(slug);
    if (!slug.empty() && slug.front() == '~') slug.remove_prefix(1);
    slug = slug.substr(0, slug.find('@'));
    return std::string(slug.substr(0, slug.find(':')));
}

std::string vendor_of(std::string_view slug) {
    const std::string base = base_slug(slug);
    const auto slash = base.find('/');
    if (slash == std::string::npos) return {};
    const std::string vendor = base.substr(0, slash);
    return vendor == "openrouter" ? std::string() : vendor;
}

bool is_latest_alias(std::string_view slug) noexcept {
    slug = trim(slug);
    return !slug.empty() && slug.front() == '~';
}

std::optional<int> model_version(std::string_view slug) {
    const std::string base = base_slug(slug);
    std::string_view rest(base);
    while (true) {
        const auto dash = rest.find('-');
        if (dash == std::string_view::npos) return std::nullopt;
        rest.remove_prefix(dash + 1);
        if (const auto version = version_at(rest)) return version;
    }
}

bool has_thinking_budget(std::string_view slug) {
    if (vendor_of(slug) != "anthropic") return false;
    const auto version = model_version(slug);
    return version && *version < 406;
}

std::vector<std::string> split_list(std::string_view list) {
    std::vector<std::string> result;
    while (true) {
        const auto comma = list.find(',');
        std::string item(trim(list.substr(0, comma)));
        if (!item.empty() && std::find(result.begin(), result.end(), item) == result.end())
            result.push_back(std::move(item));
        if (comma == std::string_view::npos) return result;
        list.remove_prefix(comma + 1);
    }
}

}  // namespace capstan
