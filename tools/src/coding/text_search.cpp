#include "coding/text_search.hpp"

#include "coding/confined_path.hpp"
#include "coding/file_bytes.hpp"
#include "coding/line_diff.hpp"
#include "coding/tree_walk.hpp"

#include <capstan/json.hpp>

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <system_error>

namespace capstan::coding {
namespace {

constexpr std::size_t longest_line = 400;

re2::RE2::Options options_for(const SearchQuery& query) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_case_sensitive(!query.ignore_case);
    options.set_never_capture(true);
    return options;
}

std::string_view without_ending(std::string_view line) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

/// Searches texts one after the other until there is enough.
class Searcher {
public:
    explicit Searcher(const SearchQuery& query)
        : query_(query), expression_(query.pattern, options_for(query)) {}

    bool enough() const { return result_.matches >= query_.most_matches; }
    SearchResult take() { return std::move(result_); }

    void file(const std::string& path, int descriptor) {
        try {
            text(path, read_all(descriptor, query_.most_file_bytes + 1));
        } catch (const std::system_error&) {  // e.g. a disk error: the other files count
        }
    }

private:
    void text(const std::string& path, const std::string& content) {
        if (is_binary(content)) return;
        const auto lines = split_lines(content);
        FoundFile found;
        found.path = path;
        std::size_t shown = 0;  // lines up to here are in `found`
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const auto line = without_ending(lines[i]);
            if (!re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), expression_))
                continue;
            if (enough()) {
                result_.cut = true;
                break;
            }
            ++result_.matches;
            add_context(found, lines, shown, i);
            add_line(found, lines, i, true);
            shown = i + 1;
            last_match_ = i;
        }
        if (found.lines.empty()) return;
        const auto end = std::min(lines.size(), last_match_ + 1 + query_.context);
        for (auto i = shown; i < end; ++i) add_line(found, lines, i, false);
        result_.files.push_back(std::move(found));
    }

    /// What lies between the match before, as far as it is near, and the match at `i`.
    void add_context(FoundFile& found, const std::vector<std::string_view>& lines,
                     std::size_t shown, std::size_t i) {
        const auto before = i - std::min(i, query_.context);
        if (!found.lines.empty()) {
            const auto end = std::min(i, shown + query_.context);
            for (; shown < end; ++shown) add_line(found, lines, shown, false);
        }
        for (auto k = std::max(shown, before); k < i; ++k) add_line(found, lines, k, false);
    }

    static void add_line(FoundFile& found, const std::vector<std::string_view>& lines,
                         std::size_t i, bool match) {
        FoundLine line;
        line.number = i + 1;
        line.text = shown_line(lines[i]);
        line.match = match;
        found.lines.push_back(std::move(line));
    }

    const SearchQuery& query_;
    const re2::RE2 expression_;
    SearchResult result_;
    std::size_t last_match_ = 0;
};

void search_folder(const Workspace& workspace, const SearchQuery& query, Searcher& searcher,
                   const Stopped& stopped, bool& ended_early) {
    const PathFilter filter(query.path, query.glob);
    const auto visit = [&](const Entry& entry) {
        if (entry.kind != EntryKind::file || !filter.accepts(entry.path)) return true;
        if (const auto file = open_entry(entry, query.most_file_bytes))
            searcher.file(entry.path, file.get());
        return !searcher.enough();
    };
    ended_early = !walk_tree(workspace, query.path, WalkOptions(), stopped, visit);
}

/// Where there is context, a line of two dashes stands for what lies between.
void append_lines(std::string& text, const std::vector<FoundLine>& lines) {
    const bool context = std::any_of(lines.begin(), lines.end(),
                                     [](const FoundLine& line) { return !line.match; });
    std::size_t last = 0;
    for (const auto& line : lines) {
        if (context && last != 0 && line.number != last + 1) text += "--\n";
        text += fmt::format("{}{}{}\n", line.number, line.match ? ':' : '-', line.text);
        last = line.number;
    }
}

bool is_folder(const Workspace& workspace, const std::string& path) {
    try {
        const FileDescriptor folder(workspace.open_folder(path));
        return true;
    } catch (const WorkspaceError&) {
        return false;
    }
}

}  // namespace

std::string pattern_fault(const SearchQuery& query) {
    const re2::RE2 expression(query.pattern, options_for(query));
    if (expression.ok()) return {};
    return fmt::format("the regular expression cannot be used: {}", expression.error());
}

SearchResult search_files(const Workspace& workspace, const SearchQuery& query,
                          const Stopped& stopped) {
    Searcher searcher(query);
    bool ended_early = false;
    if (is_folder(workspace, query.path)) {
        search_folder(workspace, query, searcher, stopped, ended_early);
    } else {
        const FileDescriptor file(workspace.open_file(query.path));
        searcher.file(query.path, file.get());
    }
    auto result = searcher.take();
    result.cut = result.cut || ended_early;
    return result;
}

std::string shown_line(std::string_view line) {
    line = without_ending(line);
    if (line.size() <= longest_line) return to_valid_utf8(line);
    auto size = longest_line;
    while (size > 0 && (static_cast<unsigned char>(line[size]) & 0xC0) == 0x80) --size;
    return to_valid_utf8(line.substr(0, size)) +
           fmt::format(" [... {} bytes more]", line.size() - size);
}

std::string search_text(const SearchResult& result) {
    if (result.files.empty()) return "No matches.";
    std::string text;
    for (const auto& file : result.files) {
        text += fmt::format("{}{}\n", text.empty() ? "" : "\n", shown_path(file.path));
        append_lines(text, file.lines);
    }
    if (result.cut)
        text += fmt::format("\n(stopped at {} matches; search a folder, or something rarer)\n",
                            result.matches);
    return text;
}

}  // namespace capstan::coding
