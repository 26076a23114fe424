#pragma once

#include "coding/off_loop.hpp"
#include "coding/path_filter.hpp"

#include <capstan/tools/workspace.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan::coding {

/// What is searched, and where.
struct SearchQuery {
    SearchQuery() = default;

    std::string pattern;  ///< regular expression, RE2's syntax (which ripgrep's contains)
    std::string path = ".";
    std::string glob;     ///< empty: all files
    bool ignore_case = false;
    std::size_t context = 0;
    std::size_t most_matches = 200;
    std::size_t most_file_bytes = 4 * 1024 * 1024;
};
static_assert(!std::is_aggregate_v<SearchQuery>);

struct FoundLine {
    FoundLine() = default;

    std::size_t number = 0;
    std::string text;
    bool match = true;  ///< else context

    bool operator==(const FoundLine&) const = default;
};
static_assert(!std::is_aggregate_v<FoundLine>);

struct FoundFile {
    FoundFile() = default;

    std::string path;
    std::vector<FoundLine> lines;

    bool operator==(const FoundFile&) const = default;
};
static_assert(!std::is_aggregate_v<FoundFile>);

struct SearchResult {
    SearchResult() = default;

    std::vector<FoundFile> files;
    std::size_t matches = 0;
    bool cut = false;  ///< there may be more

    bool operator==(const SearchResult&) const = default;
};
static_assert(!std::is_aggregate_v<SearchResult>);

/// Why the pattern cannot be used, or an empty text.
std::string pattern_fault(const SearchQuery& query);

/// Searches the files below a folder, or one file, in time linear in their size. Binary and huge
/// files, and what .gitignore names, are left out. Throws WorkspaceError.
SearchResult search_files(const Workspace& workspace, const SearchQuery& query,
                          const Stopped& stopped);

/// For the model: each file's path, then its lines ("12:match", "13-context").
std::string search_text(const SearchResult& result);

/// A line as it may be shown: valid UTF-8, not too long, without its ending.
std::string shown_line(std::string_view line);

}  // namespace capstan::coding
