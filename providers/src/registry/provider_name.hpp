#pragma once

#include <algorithm>
#include <string_view>

namespace capstan::registry {

inline bool is_name_char(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/// True if the text can stand before the ':' of a model URI.
inline bool is_provider_name(std::string_view name) noexcept {
    return !name.empty() && is_name_char(name.front()) &&
           std::string_view("-_.").find(name.front()) == std::string_view::npos &&
           std::all_of(name.begin(), name.end(), is_name_char);
}

}  // namespace capstan::registry
