#pragma once

#include "coding/file_descriptor.hpp"
#include "coding/open_beneath.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::coding {

/// Where a file is or would be: an open folder and a name in it that was no symbolic link.
struct Place {
    Place() = default;

    FileDescriptor folder;
    std::string name;
    bool exists = false;
    struct stat info {};  ///< if it exists

    bool is_folder() const noexcept { return exists && S_ISDIR(info.st_mode); }
    bool is_file() const noexcept { return exists && S_ISREG(info.st_mode); }
};

/// The folder of a workspace, open, and the ways to what is in it. Immutable, thread-safe. Paths
/// are given relative to it, as confined_path() makes them. Throws WorkspaceError.
class ConfinedRoot {
public:
    explicit ConfinedRoot(const std::filesystem::path& root, PathWalk walk = best_path_walk());

    const std::filesystem::path& path() const noexcept { return path_; }
    std::string relative(std::string_view path) const;

    FileDescriptor open_folder(const std::string& path, int flags) const;
    /// Follows symbolic links at the end of the path, as far as they stay inside.
    Place locate(const std::string& path) const;
    /// Opens for reading; refuses all but regular files.
    FileDescriptor open_file(const std::string& path) const;
    /// Makes the folders that lead to `path`; gives those that were missing, outermost first.
    std::vector<std::string> make_parents(const std::string& path) const;
    /// Removes these folders again, as far as they are empty.
    void remove_folders(const std::vector<std::string>& outermost_first) const noexcept;

private:
    FileDescriptor open_or_make(const std::string& path, std::vector<std::string>& made) const;

    std::filesystem::path path_;
    std::vector<std::string> spellings_;
    PathWalk walk_;
    FileDescriptor root_;
};

/// A WorkspaceError from an error number: what failed, where, what to do.
[[noreturn]] void refuse(std::string_view path, int error);

/// The path up to its last slash ("." if it has none), and what follows.
std::pair<std::string, std::string> split_last(const std::string& path);

/// Opens an existing place for reading, without following links; throws for all but files.
FileDescriptor open_place(const Place& place, std::string_view path);

}  // namespace capstan::coding
