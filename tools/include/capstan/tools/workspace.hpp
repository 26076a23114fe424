#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan {

/// A file operation that was refused or failed, in words for a model: what, where, what to do.
class WorkspaceError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Settings of a Workspace.
struct WorkspaceOptions {
    WorkspaceOptions() = default;

    std::size_t max_file_bytes = 4 * 1024 * 1024;  ///< larger files are not read as text
    /// Where old contents go; see Workspace::keep_changes_in(). Empty: a temporary one, which goes
    /// with the Workspace.
    std::filesystem::path undo_directory;
    /// Of old contents; beyond it the oldest changes cannot be undone any more.
    std::uint64_t max_undo_bytes = 256 * 1024 * 1024;
};
static_assert(!std::is_aggregate_v<WorkspaceOptions>);

/// One folder that tools may read and change, and nothing outside of it: paths with "..", absolute
/// paths elsewhere, and symbolic links that lead out are refused, also where a link is put into
/// place at the last moment (every step of a path is opened without following links).
///
/// Every change is kept, so that it can be undone. Thread-safe; functions block on the disk.
class Workspace {
public:
    using Options = WorkspaceOptions;

    /// Throws WorkspaceError if `root` is no directory.
    explicit Workspace(std::filesystem::path root, Options options = {});
    ~Workspace();

    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    const std::filesystem::path& root() const noexcept;
    const Options& options() const noexcept;

    /// The path relative to the root, normalised, "." for the root; throws for what lies outside.
    /// Absolute paths inside the root are understood.
    std::string relative(std::string_view path) const;

    /// Text of a file; throws for binary and huge ones, saying so.
    std::string read(std::string_view path) const;
    /// False also for what lies outside.
    bool exists(std::string_view path) const;

    /// A regular file, opened for reading, or a folder, opened with O_DIRECTORY, for tools that
    /// read by themselves. The caller closes the descriptor.
    int open_file(std::string_view path) const;
    int open_folder(std::string_view path) const;

    /// Writes in one step (a temporary file beside it, fsync, rename): readers see the old or the
    /// new content. Mode and owner stay, missing folders are made, and the link stays where the
    /// path is a symbolic link. `turn` groups changes for undo().
    void write(std::string_view path, std::string_view content, std::string_view turn = {});
    /// As write(), but throws if the file does not hold `before` (nothing: if it exists).
    void replace(std::string_view path, std::optional<std::string_view> before,
                 std::string_view content, std::string_view turn = {});
    /// Removes a regular file.
    void remove(std::string_view path, std::string_view turn = {});

    /// Takes back the newest change, or all of the newest turn; gives the paths. Where a file was
    /// changed by others since then, nothing is taken back, and it throws.
    std::vector<std::string> undo();
    std::size_t undoable() const;

    /// Keeps the changes in this folder from now on, and takes up those that another Workspace of
    /// the same root kept there, also one whose program was killed: undo() goes on with them. The
    /// folder is made if it is missing, for the user alone; nobody else can use it meanwhile, in
    /// this process or another. Throws WorkspaceError, and keeps changes in a temporary folder
    /// then: it is in use, is another root's, cannot be written, or a change was made already.
    void keep_changes_in(std::filesystem::path directory);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// What changing `before` to `after` means, as a unified diff with three lines of context; empty if
/// nothing. Where the texts differ in thousands of lines, it may be longer than it had to be.
std::string unified_diff(std::string_view path, std::string_view before, std::string_view after);

}  // namespace capstan
