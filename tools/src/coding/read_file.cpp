#include "coding/coding_tool.hpp"
#include "coding/confined_path.hpp"
#include "coding/file_bytes.hpp"
#include "coding/off_loop.hpp"
#include "coding/read_range.hpp"

#include <fmt/format.h>

namespace capstan::coding {

struct ReadFileArgs {
    std::string path;
    std::optional<std::int64_t> offset;
    std::optional<std::int64_t> limit;
};
BOOST_DESCRIBE_STRUCT(ReadFileArgs, (), (path, offset, limit))

inline void describe(Fields<ReadFileArgs>& fields) {
    fields(&ReadFileArgs::path).about("File, relative to the workspace");
    fields(&ReadFileArgs::offset).about("First line, from 1").minimum(1);
    fields(&ReadFileArgs::limit)
        .about("How many lines; 2000 if left out")
        .minimum(1)
        .maximum(10000);
}

namespace {

constexpr std::uint64_t read_at_once = 4 * 1024 * 1024;

std::string described(const std::string& path, const LineRange& range, const LinesRead& read) {
    if (read.lines == 0 && read.lines_seen == 0) return "(the file is empty)";
    if (read.lines == 0)
        throw WorkspaceError(
            fmt::format("{} has only {} lines", shown_path(path), read.lines_seen));
    auto text = read.text;
    const auto last = range.first + read.lines - 1;
    if (!read.at_end)
        text +=
            fmt::format("(lines {} to {}; go on with offset {})\n", range.first, last, last + 1);
    else if (range.first > 1)
        text += fmt::format("(lines {} to {}, the end of the file)\n", range.first, last);
    return text;
}

class ReadFile final : public CodingTool<ReadFileArgs> {
public:
    explicit ReadFile(StatePtr state)
        : CodingTool(
              "read_file",
              "Reads a text file of the workspace. Lines come with their numbers. Use offset "
              "and limit for parts of long files.",
              reading_options()),
          state_(std::move(state)) {}

private:
    asio::awaitable<ToolResult> call(ReadFileArgs args, ToolContext&) override {
        const auto path = state_->workspace->relative(args.path);
        const auto file = std::make_shared<FileDescriptor>(state_->workspace->open_file(path));
        const auto size = file_size(file->get());
        const auto limit = state_->workspace->options().max_file_bytes;
        if (size > limit && !args.limit && !args.offset)
            throw WorkspaceError(fmt::format(
                "{} has {}; read a part of it, by offset and limit", shown_path(path),
                size_text(size)));
        LineRange range;
        range.first = static_cast<std::size_t>(args.offset.value_or(1));
        range.count = static_cast<std::size_t>(args.limit.value_or(2000));
        const auto work = [file, path, range](const Stopped& stopped) {
            return read_lines(file->get(), path, range, stopped);
        };
        if (size <= read_at_once) {
            const Stopped never{false};
            co_return ToolResult(described(path, range, work(never)));
        }
        const auto read = co_await run_off_loop(state_->pool, work);
        co_return ToolResult(described(path, range, read));
    }

    const StatePtr state_;
};

}  // namespace

std::shared_ptr<Tool> make_read_file(StatePtr state) {
    return std::make_shared<ReadFile>(std::move(state));
}

}  // namespace capstan::coding
