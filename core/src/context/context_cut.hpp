#pragma once

#include <capstan/content.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace capstan {

/// No text is cut to less, so that the note of what was cut has room, and cutting a cut text again
/// changes nothing.
inline constexpr std::size_t least_piece = 160;

/// The text, or when it is longer than `limit` (at least least_piece) its head and its tail around
/// a note of how much is missing, together at most `limit` bytes. Characters stay whole.
std::string cut_middle(std::string_view text, std::size_t limit);

/// The content as one text, with a note in place of each picture, sound and file.
std::string flat_text(const Content& content);

/// The content as a text of at most `limit` bytes; nothing if it does not count for more than that
/// as it is.
std::optional<std::string> shortened(const Content& content, std::size_t limit);

}  // namespace capstan
