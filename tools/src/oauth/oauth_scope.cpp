#include "oauth/oauth_scope.hpp"

#include <algorithm>

namespace capstan::oauth {

std::vector<std::string> scope_words(std::string_view scope) {
    constexpr std::string_view blanks = " \t\r\n";
    std::vector<std::string> words;
    for (;;) {
        scope.remove_prefix(std::min(scope.find_first_not_of(blanks), scope.size()));
        if (scope.empty()) return words;
        const auto end = std::min(scope.find_first_of(blanks), scope.size());
        words.emplace_back(scope.substr(0, end));
        scope.remove_prefix(end);
    }
}

std::string join_scopes(const std::vector<std::string>& words) {
    std::string result;
    for (auto word = words.begin(); word != words.end(); ++word) {
        if (word->empty() || std::find(words.begin(), word, *word) != word) continue;
        if (!result.empty()) result += ' ';
        result += *word;
    }
    return result;
}

std::string merge_scopes(std::string_view first, std::string_view second) {
    auto words = scope_words(first);
    for (auto& word : scope_words(second)) words.push_back(std::move(word));
    return join_scopes(words);
}

bool has_scopes(std::string_view wide, std::string_view narrow) {
    const auto have = scope_words(wide), want = scope_words(narrow);
    return std::all_of(want.begin(), want.end(), [&](const auto& word) {
        return std::find(have.begin(), have.end(), word) != have.end();
    });
}

}  // namespace capstan::oauth
