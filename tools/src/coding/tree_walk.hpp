#pragma once

#include "coding/file_descriptor.hpp"
#include "coding/off_loop.hpp"

#include <capstan/tools/workspace.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <type_traits>

namespace capstan::coding {

enum class EntryKind { file, folder, link, other };

/// Something in a folder, met on a walk.
struct Entry {
    Entry() = default;

    std::string path;  ///< relative to the workspace
    std::string name;
    EntryKind kind = EntryKind::file;
    int folder = -1;        ///< that holds it, open
    std::size_t depth = 1;  ///< 1: in the folder where the walk began
    bool ignored = false;   ///< by .gitignore, or .git itself
};
static_assert(!std::is_aggregate_v<Entry>);

struct WalkOptions {
    WalkOptions() = default;

    std::size_t most_depth = 64;
    std::size_t most_entries = 1'000'000;
    bool with_ignored = false;  ///< shown, but not entered
};
static_assert(!std::is_aggregate_v<WalkOptions>);

/// Gives every entry below `path` to `visit`, folders before what is in them, in byte order of the
/// names; `visit` ends the walk by false. Links are not followed. Folders that cannot be opened are
/// passed over. False if the walk ended early. Throws WorkspaceError if `path` is no folder.
bool walk_tree(const Workspace& workspace, const std::string& path, const WalkOptions& options,
               const Stopped& stopped, const std::function<bool(const Entry&)>& visit);

/// Opens an entry for reading if it is a regular file of at most `most_bytes`; else empty.
FileDescriptor open_entry(const Entry& entry, std::size_t most_bytes);

}  // namespace capstan::coding
