#include "openrouter/provider_preferences.hpp"

#include <capstan/error.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace capstan {
namespace {

constexpr std::string_view expectation =
    "use one of price, throughput, latency and exacto, or a comma list of provider slugs";

[[noreturn]] void refuse(std::string_view text, const std::string& reason) {
    throw ApiError(ErrorKind::configuration,
                   "provider sorting \"" + std::string(text) + "\": " + reason,
                   std::string(expectation));
}

bool is_sort_word(std::string_view word) noexcept {
    return word == "price" || word == "throughput" || word == "latency" || word == "exacto";
}

bool is_slug(std::string_view word) noexcept {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.' || c == '/';
    });
}

std::string trimmed_lower(std::string_view word) {
    const auto first = word.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    std::string result(word.substr(first, word.find_last_not_of(" \t\r\n") - first + 1));
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

std::vector<std::string> split_words(std::string_view text) {
    std::vector<std::string> words;
    std::string_view rest = text;
    while (true) {
        const auto comma = rest.find(',');
        std::string word = trimmed_lower(rest.substr(0, comma));
        if (!is_slug(word)) refuse(text, "\"" + word + "\" is no provider slug");
        if (std::find(words.begin(), words.end(), word) == words.end())
            words.push_back(std::move(word));
        if (comma == std::string_view::npos) return words;
        rest.remove_prefix(comma + 1);
    }
}

json::object order_of(std::string_view text, std::vector<std::string>& words) {
    const bool open_end = words.back() == "openrouter";
    if (open_end) words.pop_back();
    if (std::find(words.begin(), words.end(), "openrouter") != words.end())
        refuse(text, "\"openrouter\" has to be the last of the list");
    json::object result;
    if (words.empty()) return result;
    json::array slugs(words.begin(), words.end());
    const bool only = words.size() == 1 && !open_end;
    result[only ? "only" : "order"] = std::move(slugs);
    result["allow_fallbacks"] = !only;
    return result;
}

void merge(json::object& into, const json::object& from) {
    for (const auto& member : from) into[member.key()] = member.value();
}

}  // namespace

json::object parse_provider_sorting(std::string_view text) {
    if (trimmed_lower(text).empty()) return {};
    std::vector<std::string> words = split_words(text);
    const auto sorts = std::count_if(words.begin(), words.end(), is_sort_word);
    if (sorts > 0 && words.size() > 1) refuse(text, "it mixes a sort word with other words");
    if (sorts == 0) return order_of(text, words);
    json::object result;
    result["sort"] = words.front();
    return result;
}

json::object parse_x_provider(std::string_view text) {
    if (trimmed_lower(text).empty()) return {};
    auto value = try_parse_json(text);
    if (!value || !value->is_object()) {
        throw ApiError(ErrorKind::configuration, "X-Provider is not a JSON object",
                       "give it the members of the request's provider object, e.g. "
                       "{\"order\":[\"anthropic\"]}");
    }
    return std::move(value->get_object());
}

json::object provider_preferences(std::string_view sorting, std::string_view x_provider,
                                  const json::object& raw) {
    json::object result = parse_provider_sorting(sorting);
    merge(result, parse_x_provider(x_provider));
    merge(result, raw);
    return result;
}

}  // namespace capstan
