#pragma once

#include <string>
#include <string_view>

namespace capstan::detail {

/// JSON that escapes half a surrogate pair is refused by Boost.JSON, but providers send it when
/// they cut an emoji in two. If `text` has such an escape, writes the text with each of them as
/// WTF-8 bytes to `out` and returns true; otherwise returns false and leaves `out` alone.
bool rewrite_lone_surrogates(std::string_view text, std::string& out);

}  // namespace capstan::detail
