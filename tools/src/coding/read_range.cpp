#include "coding/read_range.hpp"

#include "coding/confined_path.hpp"
#include "coding/file_bytes.hpp"

#include <capstan/json.hpp>
#include <capstan/tools/workspace.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace capstan::coding {
namespace {

constexpr std::size_t block = 64 * 1024;

/// Takes a file block by block.
class Reader {
public:
    explicit Reader(const LineRange& range) : range_(range) {}

    /// False: no more is wanted.
    bool add(std::string_view bytes) {
        while (!bytes.empty()) {
            if (full()) return false;
            const auto feed = bytes.find('\n');
            const auto size = std::min(feed, bytes.size());
            keep(bytes.substr(0, size));
            if (feed == bytes.npos) return true;
            end_line();
            bytes.remove_prefix(feed + 1);
        }
        return true;
    }

    LinesRead finish(bool at_end) {
        if (line_bytes_ > 0 && !full()) end_line();
        result_.lines_seen = line_ - 1;
        result_.at_end = at_end;
        result_.text = to_valid_utf8(result_.text);
        return std::move(result_);
    }

private:
    bool full() const {
        return result_.lines >= range_.count || result_.text.size() >= range_.most_bytes;
    }
    bool wanted() const { return line_ >= range_.first; }

    void keep(std::string_view part) {
        line_bytes_ += part.size();
        if (!wanted() || current_.size() >= range_.longest_line) return;
        current_ += part.substr(0, range_.longest_line - current_.size());
    }

    void end_line() {
        if (wanted()) {
            const auto cut = line_bytes_ - current_.size();
            if (current_.ends_with('\r')) current_.pop_back();
            result_.text += fmt::format("{:>6}\t{}", line_, current_);
            if (cut > 0) result_.text += fmt::format(" [... {} bytes more]", cut);
            result_.text += '\n';
            ++result_.lines;
        }
        current_.clear();
        line_bytes_ = 0;
        ++line_;
    }

    const LineRange& range_;
    LinesRead result_;
    std::size_t line_ = 1;
    std::size_t line_bytes_ = 0;
    std::string current_;
};

}  // namespace

LinesRead read_lines(int file, std::string_view path, const LineRange& range,
                     const Stopped& stopped) {
    Reader reader(range);
    std::vector<char> buffer(block);
    std::uint64_t scanned = 0;
    while (!stopped) {
        const auto size = read_some(file, buffer.data(), buffer.size());
        const std::string_view bytes(buffer.data(), size);
        if (is_binary(bytes))
            throw WorkspaceError(
                fmt::format("{} is no text but {}", shown_path(path),
                            scanned == 0 ? binary_kind(bytes) : "binary data"));
        if (!reader.add(bytes)) return reader.finish(false);
        if (size < buffer.size()) break;
        if ((scanned += size) > range.most_scanned)
            throw WorkspaceError(fmt::format("{}: line {} lies beyond the first {}",
                                             shown_path(path), range.first, size_text(scanned)));
    }
    return reader.finish(true);
}

}  // namespace capstan::coding
