#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace capstan::registry {

/// The text with every secret in it replaced by as many '*': passwords of URLs, values of
/// parameters that are called as keys are, and what looks like a key ("sk-...").
std::string without_secrets(std::string_view text);

/// The number of the character (from 1) that the byte at `position` belongs to.
std::size_t character_at(std::string_view text, std::size_t position);

/// The text as UTF-8 and without control characters, which could steer a terminal.
std::string printable(std::string_view text);

/// At most 60 characters of the text in quotes, fit for a terminal.
std::string in_quotes(std::string_view text);

/// Two lines, both indented: the text around the place without its secrets, and "^~~~" under
/// `length` bytes from `position`. No line break at the end.
std::string caret_lines(std::string_view text, std::size_t position, std::size_t length);

/// True for names as "api_key", "token", "Authorization".
bool names_a_secret(std::string_view name);

}  // namespace capstan::registry
