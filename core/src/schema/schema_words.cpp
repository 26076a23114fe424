#include "schema/schema_words.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace capstan::detail {

namespace {

constexpr std::size_t most_bytes = 60;
constexpr std::size_t most_choices = 20;

std::string one_type(std::string_view type) {
    if (type == "null") return "null";
    const bool vowel = type == "integer" || type == "array" || type == "object";
    return (vowel ? "an " : "a ") + std::string(type);
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
        out += words[i];
    }
    return out;
}

/// Levenshtein's distance, letter case aside.
std::size_t distance(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string(text);
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
    return std::string(text.substr(0, most)) + "...";
}

std::string value_words(const json::value& value) {
    if (value.is_object()) return "an object";
    if (value.is_array()) return "an array";
    if (!value.is_string()) return to_json_text(value);
    const std::string_view text = value.get_string();
    std::string words;
    append_json_string(words, shortened(text, most_bytes));
    if (text.size() > most_bytes) words += " (" + std::to_string(text.size()) + " bytes)";
    return words;
}

std::string type_words(const json::value& type) {
    if (type.is_string()) return one_type(type.get_string());
    std::vector<std::string> words;
    if (const auto* types = type.if_array()) {
        for (const json::value& one : *types) {
            if (one.is_string()) words.push_back(one_type(one.get_string()));
        }
    }
    return words.empty() ? "a value" : joined(words);
}

std::string choice_words(const json::array& choices) {
    if (choices.size() == 1) return value_words(choices.front());
    std::string out = "one of ";
    for (std::size_t i = 0; i < std::min(choices.size(), most_choices); ++i) {
        if (i > 0) out += ", ";
        out += value_words(choices[i]);
    }
    if (choices.size() > most_choices) out += ", ...";
    return out;
}

std::string schema_words(const json::value& schema) {
    const auto* object = schema.if_object();
    if (!object) return "a value";
    if (const auto* choices = find_array(*object, "enum")) return choice_words(*choices);
    if (const auto* constant = object->if_contains("const")) return value_words(*constant);
    if (const auto* type = object->if_contains("type")) return type_words(*type);
    return "a value";
}

std::string nearest_words(std::string_view name, const std::vector<std::string_view>& names) {
    if (name.size() > most_bytes) return {};
    std::size_t least = name.size() / 3 + 1;
    std::string_view nearest;
    for (const std::string_view candidate : names) {
        if (candidate.size() > 2 * most_bytes) continue;
        const std::size_t d = distance(name, candidate);
        if (d > least || (d == least && !nearest.empty()) || d >= candidate.size()) continue;
        least = d;
        nearest = candidate;
    }
    if (nearest.empty()) return {};
    std::string out = "; did you mean ";
    append_json_string(out, nearest);
    return out + '?';
}

std::string unknown_words(std::string_view member, const std::vector<std::string_view>& names) {
    if (names.empty()) return "unknown member; none are known";
    const std::string nearest = nearest_words(member, names);
    std::string out =
        "unknown member" + nearest + (nearest.empty() ? "; known are: " : " Known are: ");
    for (std::size_t i = 0; i < std::min(names.size(), most_choices); ++i) {
        if (i > 0) out += ", ";
        out += shortened(names[i], most_bytes);
    }
    if (names.size() > most_choices) out += ", ...";
    return out;
}

std::string count_words(std::size_t count, std::string_view noun) {
    return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

void append_member(std::string& place, std::string_view member) {
    const auto plain = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '$';
    };
    if (!member.empty() && member.size() <= 2 * most_bytes &&
        std::all_of(member.begin(), member.end(), plain)) {
        if (!place.empty()) place += '.';
        place += member;
    } else {
        place += '[';
        append_json_string(place, shortened(member, 2 * most_bytes));
        place += ']';
    }
}

std::size_t text_length(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

}  // namespace capstan::detail
