#pragma once

#include <string>
#include <string_view>

namespace capstan::coding {

/// True if most lines of the text end in CR LF.
bool uses_crlf(std::string_view text) noexcept;

/// Every LF without a CR before it becomes CR LF.
std::string with_crlf(std::string_view text);

/// `text` with the line endings of `old`, which it replaces: CR LF if those of `old` are and `text`
/// has none itself.
std::string with_endings_of(std::string_view old, std::string_view text);

}  // namespace capstan::coding
