#include "coding/tree_walk.hpp"

#include "coding/confined_path.hpp"
#include "coding/file_bytes.hpp"
#include "coding/ignore_rules.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <system_error>
#include <vector>

namespace capstan::coding {
namespace {

constexpr std::size_t longest_ignore_file = 1024 * 1024;

EntryKind kind_of(int folder, const dirent& entry) {
    switch (entry.d_type) {
        case DT_REG: return EntryKind::file;
        case DT_DIR: return EntryKind::folder;
        case DT_LNK: return EntryKind::link;
        case DT_UNKNOWN: break;
        default: return EntryKind::other;
    }
    struct stat info {};
    if (::fstatat(folder, entry.d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) return EntryKind::other;
    if (S_ISREG(info.st_mode)) return EntryKind::file;
    if (S_ISDIR(info.st_mode)) return EntryKind::folder;
    return S_ISLNK(info.st_mode) ? EntryKind::link : EntryKind::other;
}

std::vector<Entry> entries_of(int folder) {
    std::vector<Entry> entries;
    FileDescriptor own(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(own ? ::fdopendir(own.get()) : nullptr,
                                                     ::closedir);
    if (!stream) return entries;
    own.release();  // the stream's now
    while (const auto* found = ::readdir(stream.get())) {
        const std::string_view name = found->d_name;
        if (name == "." || name == "..") continue;
        Entry entry;
        entry.name = name;
        entry.kind = kind_of(folder, *found);
        entries.push_back(std::move(entry));
    }
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.name < b.name; });
    return entries;
}

class Walk {
public:
    Walk(const WalkOptions& options, const Stopped& stopped,
         const std::function<bool(const Entry&)>& visit)
        : options_(options), stopped_(stopped), visit_(visit) {}

    /// The .gitignore of `folder`, whose path (empty or ending in a slash) is `prefix`.
    void enter_rules(int folder, const std::string& prefix) {
        Entry file;
        file.name = ".gitignore";
        file.folder = folder;
        try {
            const auto opened = open_entry(file, longest_ignore_file);
            IgnoreRules rules(opened ? read_all(opened.get(), longest_ignore_file) : "");
            rules_.emplace_back(prefix.size(), std::move(rules));
        } catch (const std::system_error&) {
            rules_.emplace_back(prefix.size(), IgnoreRules());
        }
    }

    bool folder(int folder, const std::string& prefix, std::size_t depth) {
        enter_rules(folder, prefix);
        for (auto& entry : entries_of(folder)) {
            entry.path = prefix + entry.name;
            entry.folder = folder;
            entry.depth = depth;
            if (stopped_ || !take(entry)) return false;
        }
        rules_.pop_back();
        return true;
    }

private:
    bool take(Entry& entry) {
        entry.ignored = is_ignored(entry);
        if (entry.ignored && !options_.with_ignored) return true;
        if (++count_ > options_.most_entries || !visit_(entry)) return false;
        const bool inner = entry.kind == EntryKind::folder && !entry.ignored;
        if (!inner || entry.depth >= options_.most_depth) return true;
        const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        const FileDescriptor opened(::openat(entry.folder, entry.name.c_str(), flags));
        return !opened || folder(opened.get(), entry.path + '/', entry.depth + 1);
    }

    bool is_ignored(const Entry& entry) const {
        if (entry.name == ".git") return true;
        const bool is_folder = entry.kind == EntryKind::folder;
        for (auto rules = rules_.rbegin(); rules != rules_.rend(); ++rules) {
            const auto path = std::string_view(entry.path).substr(rules->first);
            if (const auto decision = rules->second.decide(path, is_folder)) return *decision;
        }
        return false;
    }

    const WalkOptions& options_;
    const Stopped& stopped_;
    const std::function<bool(const Entry&)>& visit_;
    std::vector<std::pair<std::size_t, IgnoreRules>> rules_;
    std::size_t count_ = 0;
};

}  // namespace

bool walk_tree(const Workspace& workspace, const std::string& path, const WalkOptions& options,
               const Stopped& stopped, const std::function<bool(const Entry&)>& visit) {
    const FileDescriptor start(workspace.open_folder(path));
    Walk walk(options, stopped, visit);
    std::string prefix;
    for (const auto part : path_parts(path)) {  // rules of the folders above apply, too
        const FileDescriptor above(workspace.open_folder(prefix.empty() ? "." : prefix));
        walk.enter_rules(above.get(), prefix);
        prefix += std::string(part) + '/';
    }
    return walk.folder(start.get(), prefix, 1);
}

FileDescriptor open_entry(const Entry& entry, std::size_t most_bytes) {
    const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    FileDescriptor file(::openat(entry.folder, entry.name.c_str(), flags));
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
    if (static_cast<std::uint64_t>(info.st_size) > most_bytes) return {};
    return file;
}

}  // namespace capstan::coding
