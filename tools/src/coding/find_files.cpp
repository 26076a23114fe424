#include "coding/coding_tool.hpp"
#include "coding/confined_path.hpp"
#include "coding/glob.hpp"
#include "coding/off_loop.hpp"
#include "coding/path_filter.hpp"
#include "coding/tree_walk.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <vector>

namespace capstan::coding {

struct FindFilesArgs {
    std::string pattern;
    std::optional<std::string> path;
};
BOOST_DESCRIBE_STRUCT(FindFilesArgs, (), (pattern, path))

inline void describe(Fields<FindFilesArgs>& fields) {
    fields(&FindFilesArgs::pattern)
        .about("Glob: * ? [a-z] {a,b}, and ** for any folders, e.g. src/**/*.cpp. Without a slash "
               "it is about the name, in any folder")
        .min_length(1);
    fields(&FindFilesArgs::path).about("Folder to look in; the workspace's root if left out");
}

namespace {

constexpr std::size_t most_found = 200;

struct Found {
    Found() = default;

    std::string path;
    timespec changed{};
};

bool newer(const Found& a, const Found& b) {
    if (a.changed.tv_sec != b.changed.tv_sec) return a.changed.tv_sec > b.changed.tv_sec;
    if (a.changed.tv_nsec != b.changed.tv_nsec) return a.changed.tv_nsec > b.changed.tv_nsec;
    return a.path < b.path;
}

std::vector<Found> find_all(const Workspace& workspace, const std::string& path,
                            const PathFilter& filter, const Stopped& stopped) {
    std::vector<Found> found;
    const auto visit = [&](const Entry& entry) {
        struct stat info {};
        if (entry.kind != EntryKind::file || !filter.accepts(entry.path)) return true;
        if (::fstatat(entry.folder, entry.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
            return true;
        found.emplace_back();
        found.back().path = entry.path;
        found.back().changed = info.st_mtim;
        return true;
    };
    walk_tree(workspace, path, WalkOptions(), stopped, visit);
    std::sort(found.begin(), found.end(), newer);
    return found;
}

class FindFiles final : public CodingTool<FindFilesArgs> {
public:
    explicit FindFiles(StatePtr state)
        : CodingTool(
              "find_files",
              "Finds files of the workspace by a glob pattern, newest first. What .gitignore "
              "names is left out.",
              reading_options()),
          state_(std::move(state)) {}

private:
    asio::awaitable<ToolResult> call(FindFilesArgs args, ToolContext&) override {
        const auto workspace = state_->workspace;
        const auto path = workspace->relative(args.path.value_or("."));
        const PathFilter filter(path, args.pattern);
        const auto work = [workspace, path, filter](const Stopped& stopped) {
            return find_all(*workspace, path, filter, stopped);
        };
        const auto found = co_await run_off_loop(state_->pool, work);
        std::string text;
        for (std::size_t i = 0; i < std::min(found.size(), most_found); ++i)
            text += shown_path(found[i].path) + '\n';
        if (found.empty()) text = "No files match.";
        if (found.size() > most_found)
            text += fmt::format("(the {} newest of {})\n", most_found, found.size());
        co_return ToolResult(std::move(text));
    }

    const StatePtr state_;
};

}  // namespace

std::shared_ptr<Tool> make_find_files(StatePtr state) {
    return std::make_shared<FindFiles>(std::move(state));
}

}  // namespace capstan::coding
