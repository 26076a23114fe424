#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace capstan::detail {

/// Pieces of Markdown that hold foreign text. Whatever the text is, it cannot end its piece: not by
/// backticks, line ends of any kind, fences or HTML. Pure.

/// Every line behind "> ", so that what is open in it ends with the quotation.
std::string markdown_quote(std::string_view text);

/// A fenced block whose fence is longer than any row of backticks in the text. `language` is ours.
std::string markdown_block(std::string_view text, std::string_view language = {});

/// Code within a line.
std::string markdown_code(std::string_view text);

/// Plain text within a line, with what has a meaning in Markdown or HTML escaped.
std::string markdown_text(std::string_view text);

/// Head and tail of a text that is longer than `max_bytes`, with how much is missing; characters
/// stay whole.
std::string head_and_tail(std::string_view text, std::size_t max_bytes);

}  // namespace capstan::detail
