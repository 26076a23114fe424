#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace capstan::exchange {

/// The visible words of an HTML page or of any other text, on one line, as valid UTF-8 of at most
/// about `limit` bytes.
std::string visible_text(std::string_view body, std::size_t limit);

/// `text` cut at a character boundary, with "..." behind it if it was longer than `limit`.
std::string cut_text(std::string text, std::size_t limit);

}  // namespace capstan::exchange
