#include "coding/undo_journal.hpp"

#include "coding/atomic_file.hpp"
#include "coding/confined_path.hpp"
#include "coding/file_bytes.hpp"

#include <capstan/tools/workspace.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <set>
#include <system_error>

namespace capstan::coding {
namespace {

namespace fs = std::filesystem;

fs::path new_temporary_folder() {
    auto name = (fs::temp_directory_path() / "capstan-undo-XXXXXX").string();
    if (!::mkdtemp(name.data()))
        throw WorkspaceError("cannot make a temporary folder for undoing changes");
    return name;
}

/// The SHA-256 of what is there, empty if nothing is.
std::string state_of(const ConfinedRoot& root, const std::string& path) {
    const auto place = root.locate(path);
    return place.exists ? sha256_of_file(open_place(place, path).get()) : std::string();
}

}  // namespace

UndoJournal::UndoJournal(const ConfinedRoot& root, fs::path directory)
    : root_(root), directory_(std::move(directory)), temporary_(directory_.empty()) {
    if (temporary_) return;  // made when it is needed
    std::error_code error;
    fs::create_directories(directory_, error);
    if (error)
        throw WorkspaceError(
            fmt::format("cannot make the folder {} for undoing changes: {}",
                        shown_path(directory_.string()), error.message()));
}

UndoJournal::~UndoJournal() {
    std::error_code ignored;
    if (temporary_ && !directory_.empty()) fs::remove_all(directory_, ignored);
}

UndoJournal::Change UndoJournal::prepare(const Place& place, std::string_view path,
                                         std::string_view turn) {
    Change change;
    change.path = path;
    change.turn = turn;
    change.existed = place.exists;
    if (!place.exists) return change;
    const auto old = open_place(place, path);
    change.mode = place.info.st_mode;
    if (directory_.empty()) directory_ = new_temporary_folder();
    FileDescriptor copy;
    do {
        change.before = directory_ / fmt::format("{:06}", ++copies_);
        copy.reset(::open(change.before.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    } while (!copy && errno == EEXIST);
    if (!copy) refuse(change.before.string(), errno);
    try {
        copy_all(old.get(), copy.get());
    } catch (const std::system_error& error) {
        drop(change);
        refuse(path, error.code().value());
    }
    return change;
}

void UndoJournal::commit(Change change) { changes_.push_back(std::move(change)); }

void UndoJournal::drop(const Change& change) {
    std::error_code ignored;
    if (!change.before.empty()) fs::remove(change.before, ignored);
}

std::size_t UndoJournal::first_of_newest() const {
    auto first = changes_.size() - 1;
    const auto& turn = changes_.back().turn;
    while (!turn.empty() && first > 0 && changes_[first - 1].turn == turn) --first;
    return first;
}

void UndoJournal::check_unchanged(std::size_t first) const {
    std::set<std::string> seen;
    for (auto i = changes_.size(); i-- > first;) {
        const auto& change = changes_[i];
        if (seen.insert(change.path).second && state_of(root_, change.path) != change.after)
            throw WorkspaceError(fmt::format(
                "{} was changed by others since; nothing was undone", shown_path(change.path)));
    }
}

void UndoJournal::take_back(const Change& change) {
    if (change.existed) {
        const FileDescriptor copy(::open(change.before.c_str(), O_RDONLY | O_CLOEXEC));
        if (!copy) refuse(change.before.string(), errno);
        const auto content = read_all(copy.get(), std::numeric_limits<std::size_t>::max());
        root_.make_parents(change.path);
        put_file(root_.locate(change.path), change.path, content, change.mode);
    } else {
        take_file(root_.locate(change.path), change.path);
    }
    root_.remove_folders(change.folders);
    drop(change);
}

std::vector<std::string> UndoJournal::undo() {
    if (changes_.empty()) throw WorkspaceError("there is nothing to undo");
    const auto first = first_of_newest();
    check_unchanged(first);
    std::vector<std::string> paths;
    while (changes_.size() > first) {
        take_back(changes_.back());
        const auto& path = changes_.back().path;
        if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
        changes_.pop_back();
    }
    return paths;
}

}  // namespace capstan::coding
