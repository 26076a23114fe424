#include "coding/coding_tool.hpp"
#include "coding/confined_path.hpp"
#include "coding/file_bytes.hpp"
#include "coding/off_loop.hpp"
#include "coding/tree_walk.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

namespace capstan::coding {

struct ListFilesArgs {
    std::optional<std::string> path;
    std::optional<std::int64_t> depth;
};
BOOST_DESCRIBE_STRUCT(ListFilesArgs, (), (path, depth))

inline void describe(Fields<ListFilesArgs>& fields) {
    fields(&ListFilesArgs::path).about("Folder, relative to the workspace; its root if left out");
    fields(&ListFilesArgs::depth).about("Levels of folders; 2 if left out").minimum(1).maximum(20);
}

namespace {

constexpr std::size_t most_listed = 1000;

std::string line_of(const Entry& entry) {
    auto line = shown_path(entry.path);
    if (entry.kind == EntryKind::folder) line += '/';
    if (entry.kind == EntryKind::link) line += " (symbolic link)";
    if (entry.kind == EntryKind::other) line += " (no regular file)";
    struct stat info {};
    if (entry.kind == EntryKind::file &&
        ::fstatat(entry.folder, entry.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
        line += fmt::format(" ({})", size_text(static_cast<std::uint64_t>(info.st_size)));
    return line + (entry.ignored ? " (ignored)\n" : "\n");
}

std::string list(const Workspace& workspace, const std::string& path, std::size_t depth,
                 const Stopped& stopped) {
    WalkOptions options;
    options.most_depth = depth;
    options.with_ignored = true;
    std::string text;
    std::size_t count = 0;
    const auto visit = [&](const Entry& entry) {
        if (count == most_listed) return false;
        text += line_of(entry);
        ++count;
        return true;
    };
    const bool all = walk_tree(workspace, path, options, stopped, visit);
    if (count == 0) return "(the folder is empty)";
    if (!all) text += fmt::format("(the first {}; list a subfolder, or less depth)\n", most_listed);
    return text;
}

class ListFiles final : public CodingTool<ListFilesArgs> {
public:
    explicit ListFiles(StatePtr state)
        : CodingTool(
              "list_files",
              "Lists a folder of the workspace with its subfolders. What .gitignore names is "
              "shown, but not entered.",
              reading_options()),
          state_(std::move(state)) {}

private:
    asio::awaitable<ToolResult> call(ListFilesArgs args, ToolContext&) override {
        const auto workspace = state_->workspace;
        const auto path = workspace->relative(args.path.value_or("."));
        const auto depth = static_cast<std::size_t>(args.depth.value_or(2));
        const auto work = [workspace, path, depth](const Stopped& stopped) {
            return list(*workspace, path, depth, stopped);
        };
        auto text = co_await run_off_loop(state_->pool, work);
        co_return ToolResult(std::move(text));
    }

    const StatePtr state_;
};

}  // namespace

std::shared_ptr<Tool> make_list_files(StatePtr state) {
    return std::make_shared<ListFiles>(std::move(state));
}

}  // namespace capstan::coding
