// Finds the words for a person inside what providers wrap around them.
#include "errors/error_facts.hpp"

#include <array>

namespace capstan::exchange {
namespace {

constexpr int deepest = 8;
constexpr int most_tries = 4;
constexpr std::size_t farthest_json = 200;
constexpr std::array<std::string_view, 8> text_members = {
    "message", "error", "detail", "details", "msg", "error_description", "errors", "title"};

std::string unwrap(const json::value& value, int depth);

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// JSON at the start of a text, or behind a few words such as "Error code: 400 - {...}".
std::string unwrap_json_in(std::string_view text, int depth) {
    auto at = text.find_first_of("{[");
    for (int tries = 0; tries < most_tries && at < farthest_json; ++tries) {
        if (const auto inner = try_parse_json(text.substr(at)))
            if (auto found = unwrap(*inner, depth + 1); !found.empty()) return found;
        at = text.find_first_of("{[", at + 1);
    }
    return {};
}

std::string unwrap_object(const json::object& object, int depth) {
    std::string generic;
    for (const auto key : text_members) {
        const auto* member = find(object, key);
        if (member == nullptr) continue;
        auto text = unwrap(*member, depth + 1);
        if (!text.empty() && !is_generic_message(text)) return text;
        if (generic.empty()) generic = std::move(text);
    }
    if (const auto* metadata = find_object(object, "metadata"))
        if (const auto* raw = find(*metadata, "raw"))
            if (auto text = unwrap(*raw, depth + 1); !text.empty()) return text;
    return generic;
}

std::string unwrap_array(const json::array& array, int depth) {
    std::string out;
    std::size_t taken = 0;
    for (const auto& item : array) {
        const auto text = unwrap(item, depth + 1);
        if (text.empty()) continue;
        if (!out.empty()) out += "; ";
        out += text;
        if (++taken == 5) break;
    }
    return out;
}

std::string unwrap(const json::value& value, int depth) {
    if (depth > deepest) return {};
    if (const auto* object = value.if_object()) return unwrap_object(*object, depth);
    if (const auto* array = value.if_array()) return unwrap_array(*array, depth);
    const auto* text = value.if_string();
    if (text == nullptr) return {};
    const auto content = trimmed(*text);
    if (auto inner = unwrap_json_in(content, depth); !inner.empty()) return inner;
    return to_valid_utf8(content);
}

}  // namespace

std::string unwrap_text(const json::value& value) { return unwrap(value, 0); }

bool is_generic_message(std::string_view message) {
    constexpr std::array<std::string_view, 6> generic = {
        "provider returned error", "error",          "unknown error",
        "internal server error",   "upstream error", "an error occurred"};
    while (!message.empty() && (message.back() == '.' || message.back() == ' '))
        message.remove_suffix(1);
    if (message.empty()) return true;
    for (const auto text : generic)
        if (message.size() == text.size() && contains_word(message, text)) return true;
    return false;
}

}  // namespace capstan::exchange
