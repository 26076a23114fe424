#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan::coding {

/// The lines of a text, each with its line feed; the last one may have none.
std::vector<std::string_view> split_lines(std::string_view text);

/// A run of lines that is the same, or that was replaced: `before` lines from `before_at` by
/// `after` lines from `after_at` (counted from 0).
struct LineChange {
    LineChange() = default;
    LineChange(std::size_t before_at_, std::size_t before_, std::size_t after_at_,
               std::size_t after_)
        : before_at(before_at_), before(before_), after_at(after_at_), after(after_) {}

    std::size_t before_at = 0;
    std::size_t before = 0;
    std::size_t after_at = 0;
    std::size_t after = 0;

    bool operator==(const LineChange&) const = default;
};
static_assert(!std::is_aggregate_v<LineChange>);

/// How the lines `before` become `after`, in order, by Myers' algorithm. The fewest lines are
/// replaced, unless that would be more than `most_steps` of work: then one change spans all that
/// differs.
std::vector<LineChange> line_changes(const std::vector<std::string_view>& before,
                                     const std::vector<std::string_view>& after,
                                     std::size_t most_steps = 4'000'000);

}  // namespace capstan::coding
