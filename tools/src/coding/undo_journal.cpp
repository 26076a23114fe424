#include "coding/undo_journal.hpp"

#include "coding/atomic_file.hpp"
#include "coding/confined_path.hpp"
#include "coding/file_bytes.hpp"

#include <capstan/tools/workspace.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
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

std::uint64_t number_of(const std::string& copy) {
    std::uint64_t number = 0;
    std::from_chars(copy.data(), copy.data() + copy.size(), number);
    return number;
}

}  // namespace

UndoJournal::UndoJournal(const ConfinedRoot& root, fs::path directory, std::uint64_t max_bytes)
    : root_(root),
      directory_(std::move(directory)),
      max_bytes_(max_bytes),
      temporary_(directory_.empty()) {
    if (temporary_) return;  // made when it is needed
    index_.emplace(directory_, root_.path().string());
    read_index();
}

UndoJournal::~UndoJournal() {
    std::error_code ignored;
    if (temporary_ && !directory_.empty()) fs::remove_all(directory_, ignored);
}

void UndoJournal::read_index() {
    changes_ = index_->read();
    for (const auto& change : changes_) {
        copies_ = std::max(copies_, number_of(change.copy));
        bytes_ += change.bytes;
    }
    // The program may have died before the last one was made, or after it was taken back.
    if (!changes_.empty() && was_never_made(changes_.back())) {
        drop_copy(changes_.back());
        changes_.pop_back();
    }
    index_->replace(changes_);
}

bool UndoJournal::was_never_made(const UndoChange& change) const {
    try {
        const auto now = state_of(root_, change.path);
        return now == change.before && now != change.after;
    } catch (const std::exception&) {
        return !change.existed && !change.after.empty();  // e.g. its folder is not there
    }
}

void UndoJournal::begin(const Place& place, std::string_view path, std::string_view turn,
                        std::string after, std::vector<std::string> folders) {
    UndoChange change;
    change.path = path;
    change.turn = turn;
    change.existed = place.exists;
    change.after = std::move(after);
    change.folders = std::move(folders);
    if (place.exists) keep_copy(change, place);
    try {
        if (index_) index_->add(change);
    } catch (...) {
        drop_copy(change);
        throw;
    }
    changes_.push_back(std::move(change));
    forget_oldest();
}

void UndoJournal::keep_copy(UndoChange& change, const Place& place) {
    const auto old = open_place(place, change.path);
    change.mode = place.info.st_mode;
    if (directory_.empty()) directory_ = new_temporary_folder();
    FileDescriptor copy;
    const int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
    do {
        change.copy = fmt::format("{:06}", ++copies_);
        copy.reset(::open((directory_ / change.copy).c_str(), flags, 0600));
    } while (!copy && errno == EEXIST);
    if (!copy) refuse((directory_ / change.copy).string(), errno);
    try {
        copy_all(old.get(), copy.get());
        if (index_ && ::fdatasync(copy.get()) != 0) throw_errno(errno);
        if (::lseek(copy.get(), 0, SEEK_SET) < 0) throw_errno(errno);
        change.before = sha256_of_file(copy.get());
        change.bytes = file_size(copy.get());
        bytes_ += change.bytes;
    } catch (const std::system_error& error) {
        drop_copy(change);
        refuse(change.path, error.code().value());
    }
}

void UndoJournal::abandon() { forget_last(); }

void UndoJournal::forget_last() {
    if (index_) index_->remove_last();
    drop_copy(changes_.back());
    changes_.pop_back();
}

void UndoJournal::drop_copy(const UndoChange& change) noexcept {
    bytes_ -= std::min(bytes_, change.bytes);
    std::error_code ignored;
    if (!change.copy.empty()) fs::remove(directory_ / change.copy, ignored);
}

/// Whole turns, and somewhat more than needed, so that this is rare.
void UndoJournal::forget_oldest() {
    if (bytes_ <= max_bytes_) return;
    std::size_t count = 0;
    for (auto left = bytes_; left > max_bytes_ / 4 * 3 && count < first_of_newest();) {
        const auto& turn = changes_[count].turn;
        do left -= std::min(left, changes_[count++].bytes);
        while (!turn.empty() && count < first_of_newest() && changes_[count].turn == turn);
    }
    const auto end = changes_.begin() + static_cast<std::ptrdiff_t>(count);
    const std::vector<UndoChange> old(changes_.begin(), end);
    changes_.erase(changes_.begin(), end);
    if (index_ && count > 0) index_->replace(changes_);
    for (const auto& change : old) drop_copy(change);
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
        if (change.existed) old_content(change);
    }
}

std::string UndoJournal::old_content(const UndoChange& change) const {
    const auto path = directory_ / change.copy;
    const FileDescriptor copy(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!copy) refuse(path.string(), errno);
    auto content = read_all(copy.get(), std::numeric_limits<std::size_t>::max());
    if (sha256(content) != change.before)
        throw WorkspaceError(fmt::format("the kept copy of {} is damaged; nothing was undone",
                                         shown_path(change.path)));
    return content;
}

void UndoJournal::take_back(const UndoChange& change) {
    if (change.existed) {
        const auto content = old_content(change);
        root_.make_parents(change.path);
        put_file(root_.locate(change.path), change.path, content, change.mode);
    } else {
        take_file(root_.locate(change.path), change.path);
    }
    root_.remove_folders(change.folders);
}

std::vector<std::string> UndoJournal::undo() {
    if (changes_.empty()) throw WorkspaceError("there is nothing to undo");
    const auto first = first_of_newest();
    check_unchanged(first);
    std::vector<std::string> paths;
    while (changes_.size() > first) {
        take_back(changes_.back());
        const auto path = changes_.back().path;
        if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
        forget_last();
    }
    return paths;
}

}  // namespace capstan::coding
