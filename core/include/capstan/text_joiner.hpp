#pragma once

#include <string>
#include <string_view>

namespace capstan {

/// Makes valid UTF-8 of a text that arrives in pieces which may cut a character in half, either as
/// bytes or as the JSON escapes `\ud83d` and `\ude42` of two pieces (lone surrogates arrive as
/// WTF-8, see parse_json()). An incomplete end is held back until the next piece; what never gets
/// its other half becomes U+FFFD. One object per text.
class TextJoiner {
public:
    /// The part of the text so far that is complete and not yet handed out.
    std::string join(std::string_view piece);

    /// The end of the text: U+FFFD for what was held back, else nothing.
    std::string flush();

    bool holds_back() const noexcept { return !held_.empty(); }

private:
    std::string join_slowly(std::string_view piece);

    std::string held_;
};

}  // namespace capstan
