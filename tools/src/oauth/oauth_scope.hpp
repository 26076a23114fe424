#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace capstan::oauth {

// Scopes as OAuth writes them: words with a blank between two (RFC 6749 section 3.3).

std::vector<std::string> scope_words(std::string_view scope);
/// Each once, in the order of their first place.
std::string join_scopes(const std::vector<std::string>& words);
/// Those of both.
std::string merge_scopes(std::string_view first, std::string_view second);
/// Whether `wide` has every word of `narrow`.
bool has_scopes(std::string_view wide, std::string_view narrow);

}  // namespace capstan::oauth
