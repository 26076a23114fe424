#pragma once

#include "coding/file_descriptor.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::coding {

/// One change of a file, with what was there before.
struct UndoChange {
    UndoChange() = default;

    std::string path;
    std::string turn;
    bool existed = false;
    std::string copy;    ///< name of the file that holds the old content, if it existed
    std::string before;  ///< SHA-256 of the old content; empty: there was no file
    mode_t mode = 0;
    std::string after;                 ///< SHA-256 of the new content, empty for a removed file
    std::vector<std::string> folders;  ///< that were made for it, outermost first
    std::uint64_t bytes = 0;           ///< of the copy
};

/// The list of changes in the folder of their copies, so that they outlive the program: a file of
/// lines, each on the disk before what it tells of happens. One owner at a time, in this process
/// or another. Throws WorkspaceError.
class UndoIndex {
public:
    /// Makes the folder if it is missing, for the user alone.
    UndoIndex(std::filesystem::path directory, std::string workspace);

    /// Oldest first. A line that is not whole or cannot be understood is none.
    std::vector<UndoChange> read() const;

    void add(const UndoChange& change);
    /// The newest is gone. Where that cannot be written, a reader finds it as it finds a change
    /// that never came about.
    void remove_last() noexcept;
    void replace(const std::vector<UndoChange>& changes);

private:
    void append(const std::string& line);
    std::string head() const;

    std::filesystem::path directory_;
    std::string workspace_;
    FileDescriptor folder_;  // holds the lock
    FileDescriptor file_;
};

}  // namespace capstan::coding
