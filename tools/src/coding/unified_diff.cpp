#include "coding/confined_path.hpp"
#include "coding/line_diff.hpp"

#include <capstan/tools/workspace.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace capstan {
namespace {

using namespace coding;

constexpr std::size_t context = 3;

using Lines = std::vector<std::string_view>;
using Changes = std::vector<LineChange>;

void append_lines(std::string& out, char mark, const Lines& lines, std::size_t from,
                  std::size_t to) {
    for (auto i = from; i < to; ++i) {
        out += mark;
        out += lines[i];
        if (!lines[i].ends_with('\n')) out += "\n\\ No newline at end of file\n";
    }
}

/// "12,3", "12" for one line; an empty range names the line before it.
std::string range_text(std::size_t at, std::size_t count) {
    if (count == 1) return fmt::format("{}", at + 1);
    return fmt::format("{},{}", count == 0 ? at : at + 1, count);
}

/// The changes [first, last) are near enough to each other to be shown together.
void append_hunk(std::string& out, const Lines& before, const Lines& after,
                 Changes::const_iterator first, Changes::const_iterator last) {
    const auto lead = std::min(context, first->before_at);
    const auto& end = *std::prev(last);
    const auto end_before = end.before_at + end.before;
    const auto tail = std::min(context, before.size() - end_before);
    const auto from = first->before_at - lead;
    const auto from_after = first->after_at - lead;
    const auto to_after = end.after_at + end.after + tail;
    out += fmt::format("@@ -{} +{} @@\n", range_text(from, end_before + tail - from),
                       range_text(from_after, to_after - from_after));
    auto at = from;
    for (auto change = first; change != last; ++change) {
        append_lines(out, ' ', before, at, change->before_at);
        at = change->before_at + change->before;
        append_lines(out, '-', before, change->before_at, at);
        append_lines(out, '+', after, change->after_at, change->after_at + change->after);
    }
    append_lines(out, ' ', before, at, at + tail);
}

Changes::const_iterator end_of_hunk(const Changes& changes, Changes::const_iterator first) {
    auto next = std::next(first);
    while (next != changes.end() &&
           next->before_at - (std::prev(next)->before_at + std::prev(next)->before) <= 2 * context)
        ++next;
    return next;
}

}  // namespace

std::string unified_diff(std::string_view path, std::string_view before, std::string_view after) {
    const auto old_lines = split_lines(before);
    const auto new_lines = split_lines(after);
    const auto changes = line_changes(old_lines, new_lines);
    if (changes.empty()) return {};
    auto out = fmt::format("--- a/{0}\n+++ b/{0}\n", shown_path(path));
    for (auto hunk = changes.begin(); hunk != changes.end();) {
        const auto end = end_of_hunk(changes, hunk);
        append_hunk(out, old_lines, new_lines, hunk, end);
        hunk = end;
    }
    return out;
}

}  // namespace capstan
