#pragma once

#include "coding/confined_root.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::coding {

/// The changes of a workspace, newest last, with what was there before. Not thread-safe.
class UndoJournal {
public:
    /// An empty `directory`: a temporary one, removed at the end. Throws WorkspaceError.
    UndoJournal(const ConfinedRoot& root, std::filesystem::path directory);
    ~UndoJournal();
    UndoJournal(const UndoJournal&) = delete;
    UndoJournal& operator=(const UndoJournal&) = delete;

    /// One change. `after` is the SHA-256 of the new content, empty for a removed file.
    struct Change {
        Change() = default;

        std::string path;
        std::string turn;
        bool existed = false;
        std::filesystem::path before;  ///< a copy of the old content, if it existed
        mode_t mode = 0;
        std::string after;
        std::vector<std::string> folders;  ///< that were made for it, outermost first
    };

    /// Keeps a copy of what is at `place` now. To be called before the change.
    Change prepare(const Place& place, std::string_view path, std::string_view turn);
    void commit(Change change);
    void drop(const Change& change);

    std::size_t size() const noexcept { return changes_.size(); }
    /// See Workspace::undo().
    std::vector<std::string> undo();

private:
    std::size_t first_of_newest() const;
    void check_unchanged(std::size_t first) const;
    void take_back(const Change& change);

    const ConfinedRoot& root_;
    std::filesystem::path directory_;
    bool temporary_ = false;
    std::size_t copies_ = 0;
    std::vector<Change> changes_;
};

}  // namespace capstan::coding
