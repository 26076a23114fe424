#pragma once

#include "coding/confined_root.hpp"
#include "coding/undo_index.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::coding {

/// The changes of a workspace, newest last, with what was there before. Not thread-safe.
class UndoJournal {
public:
    /// An empty `directory`: a temporary one, removed at the end; else one that keeps them for
    /// later journals. `max_bytes` bounds the copies: the oldest changes are forgotten, but never
    /// the newest one. Throws WorkspaceError.
    UndoJournal(const ConfinedRoot& root, std::filesystem::path directory,
                std::uint64_t max_bytes);
    ~UndoJournal();
    UndoJournal(const UndoJournal&) = delete;
    UndoJournal& operator=(const UndoJournal&) = delete;

    /// A change of what is at `place` now. To be called before it is made; `after` is the SHA-256
    /// of the new content, empty for a removed file, and `folders` were made for it.
    void begin(const Place& place, std::string_view path, std::string_view turn, std::string after,
               std::vector<std::string> folders);
    /// The change did not come about.
    void abandon();

    std::size_t size() const noexcept { return changes_.size(); }
    /// See Workspace::undo().
    std::vector<std::string> undo();

private:
    void read_index();
    bool was_never_made(const UndoChange& change) const;
    void keep_copy(UndoChange& change, const Place& place);
    void forget_last();
    void forget_oldest();
    void drop_copy(const UndoChange& change) noexcept;
    std::size_t first_of_newest() const;
    void check_unchanged(std::size_t first) const;
    std::string old_content(const UndoChange& change) const;
    void take_back(const UndoChange& change);

    const ConfinedRoot& root_;
    std::filesystem::path directory_;
    std::uint64_t max_bytes_;
    std::uint64_t bytes_ = 0;  // of all copies
    bool temporary_ = false;
    std::uint64_t copies_ = 0;  // names given
    std::optional<UndoIndex> index_;
    std::vector<UndoChange> changes_;
};

}  // namespace capstan::coding
