#include "coding/undo_index.hpp"

#include "coding/confined_path.hpp"
#include "coding/file_bytes.hpp"
#include "coding/open_beneath.hpp"

#include <capstan/json.hpp>
#include <capstan/tools/workspace.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <system_error>

namespace capstan::coding {
namespace {

namespace fs = std::filesystem;

constexpr const char* index_name = "index.jsonl";
constexpr const char* new_index_name = "index.jsonl.new";

[[noreturn]] void fail(const fs::path& directory, std::string_view why) {
    throw WorkspaceError(fmt::format("cannot keep changes for undoing in {}: {}",
                                     shown_path(directory.string()), why));
}

[[noreturn]] void fail(const fs::path& directory, const std::system_error& error) {
    fail(directory, error.code().message());
}

void make_private_folder(const fs::path& directory) {
    std::error_code error;
    if (fs::is_directory(directory, error)) return;
    fs::create_directories(directory, error);
    if (!error) fs::permissions(directory, fs::perms::owner_all, error);
    if (error) fail(directory, error.message());
}

// Paths may hold bytes that are not UTF-8; json::serialize leaves them as they are.
std::string line_of(const UndoChange& change) {
    json::object line;
    line["path"] = change.path;
    line["turn"] = change.turn;
    line["existed"] = change.existed;
    line["copy"] = change.copy;
    line["before"] = change.before;
    line["mode"] = change.mode;
    line["after"] = change.after;
    line["bytes"] = change.bytes;
    auto& folders = line["folders"].emplace_array();
    for (const auto& folder : change.folders) folders.emplace_back(folder);
    return json::serialize(line) + '\n';
}

std::string text_at(const json::object& line, std::string_view name) {
    return std::string(find_string(line, name).value_or(""));
}

UndoChange change_of(const json::object& line) {
    UndoChange change;
    change.path = text_at(line, "path");
    change.turn = text_at(line, "turn");
    change.existed = find_bool(line, "existed").value_or(false);
    // A name in our folder, whatever the line says.
    change.copy = fs::path(text_at(line, "copy")).filename().string();
    change.before = text_at(line, "before");
    change.mode = static_cast<mode_t>(find_int(line, "mode").value_or(0600));
    change.after = text_at(line, "after");
    change.bytes = static_cast<std::uint64_t>(find_int(line, "bytes").value_or(0));
    if (const auto* folders = find_array(line, "folders"))
        for (const auto& folder : *folders)
            if (folder.is_string()) change.folders.emplace_back(folder.get_string());
    return change;
}

}  // namespace

UndoIndex::UndoIndex(fs::path directory, std::string workspace)
    : directory_(std::move(directory)), workspace_(std::move(workspace)) {
    make_private_folder(directory_);
    folder_.reset(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder_) fail(directory_, std::generic_category().message(errno));
    if (::flock(folder_.get(), LOCK_EX | LOCK_NB) != 0) fail(directory_, "it is in use");
    const int flags = O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC;
    file_.reset(::openat(folder_.get(), index_name, flags, 0600));
    if (!file_) fail(directory_, std::generic_category().message(errno));
}

std::string UndoIndex::head() const {
    json::object line;
    line["workspace"] = workspace_;
    return json::serialize(line) + '\n';
}

std::vector<UndoChange> UndoIndex::read() const try {
    if (::lseek(file_.get(), 0, SEEK_SET) < 0) throw_errno(errno);
    const auto text = read_all(file_.get(), std::numeric_limits<std::size_t>::max());
    std::vector<UndoChange> changes;
    for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != text.npos;
         begin = end + 1) {
        const auto value = try_parse_json(std::string_view(text).substr(begin, end - begin));
        if (!value || !value->is_object()) continue;
        const auto& line = value->get_object();
        const auto owner = find_string(line, "workspace");
        if (owner && *owner != workspace_)
            fail(directory_, fmt::format("it is for {}", shown_path(*owner)));
        if (line.contains("path"))
            changes.push_back(change_of(line));
        else if (line.contains("removed") && !changes.empty())
            changes.pop_back();
    }
    return changes;
} catch (const std::system_error& error) {
    fail(directory_, error);
}

void UndoIndex::append(const std::string& line) try {
    const auto size = static_cast<off_t>(file_size(file_.get()));
    try {
        write_all(file_.get(), line);
        if (::fdatasync(file_.get()) != 0) throw_errno(errno);
    } catch (...) {
        [[maybe_unused]] const int cut = ::ftruncate(file_.get(), size);
        throw;
    }
} catch (const std::system_error& error) {
    fail(directory_, error);
}

void UndoIndex::add(const UndoChange& change) { append(line_of(change)); }

void UndoIndex::remove_last() noexcept {
    try {
        append("{\"removed\":1}\n");
    } catch (const std::exception&) {
        // See the header.
    }
}

void UndoIndex::replace(const std::vector<UndoChange>& changes) try {
    auto text = head();
    for (const auto& change : changes) text += line_of(change);
    ::unlinkat(folder_.get(), new_index_name, 0);
    const int flags = O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC;
    FileDescriptor file(::openat(folder_.get(), new_index_name, flags, 0600));
    if (!file) throw_errno(errno);
    write_all(file.get(), text);
    if (::fsync(file.get()) != 0) throw_errno(errno);
    if (::renameat(folder_.get(), new_index_name, folder_.get(), index_name) != 0)
        throw_errno(errno);
    ::fsync(folder_.get());
    file_ = std::move(file);
} catch (const std::system_error& error) {
    fail(directory_, error);
}

}  // namespace capstan::coding
