#pragma once

#include "coding/off_loop.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

namespace capstan::coding {

/// Which lines of a file are wanted, and how much at most.
struct LineRange {
    LineRange() = default;

    std::size_t first = 1;
    std::size_t count = 2000;
    std::size_t most_bytes = 256 * 1024;
    std::size_t longest_line = 2000;
    std::uint64_t most_scanned = 1024ull * 1024 * 1024;
};
static_assert(!std::is_aggregate_v<LineRange>);

struct LinesRead {
    LinesRead() = default;

    std::string text;           ///< each line with its number, "     1\tline\n"
    std::size_t lines = 0;      ///< in `text`
    std::size_t lines_seen = 0;  ///< of the file; all of them if `at_end`
    bool at_end = false;
};
static_assert(!std::is_aggregate_v<LinesRead>);

/// Reads lines from where the file stands, without keeping what comes before them. Throws
/// WorkspaceError for binary files and for lines that are too far away.
LinesRead read_lines(int file, std::string_view path, const LineRange& range,
                     const Stopped& stopped);

}  // namespace capstan::coding
