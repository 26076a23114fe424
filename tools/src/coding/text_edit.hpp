#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan::coding {

struct EditedText {
    EditedText() = default;

    std::string text;
    std::vector<std::size_t> lines;  ///< where it was replaced, from 1, in the old text
};
static_assert(!std::is_aggregate_v<EditedText>);

/// Replaces `old_text`, which must be there once (or, with `all`, at least once). In a text with CR
/// LF the endings of both texts are taken as CR LF. Throws WorkspaceError that says what to do:
/// the most similar lines, or where it was found.
EditedText edit_text(std::string_view path, std::string_view text, std::string_view old_text,
                     std::string_view new_text, bool all);

}  // namespace capstan::coding
