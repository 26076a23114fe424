#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>

namespace capstan::coding {

/// Where a text was looked for in vain, and what is nearest to it.
struct SimilarLines {
    SimilarLines() = default;

    std::size_t first = 0;  ///< line, from 1
    std::size_t count = 0;
    std::string_view text;           ///< these lines
    bool differs_in_blanks = false;  ///< and in nothing else
};
static_assert(!std::is_aggregate_v<SimilarLines>);

/// The lines of `text` that are most like `wanted`, or nothing if none are much like it.
std::optional<SimilarLines> most_similar_lines(std::string_view text, std::string_view wanted);

}  // namespace capstan::coding
