#include "coding/atomic_file.hpp"

#include "coding/confined_path.hpp"
#include "coding/file_bytes.hpp"

#include <capstan/tools/workspace.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <system_error>

namespace capstan::coding {
namespace {

/// A new file in `folder`, removed unless it took a name.
class TemporaryFile {
public:
    TemporaryFile(int folder, mode_t mode) : folder_(folder) {
        const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
        do {
            name_ = fmt::format(".capstan-{:08x}{:08x}.tmp", random_(), random_());
            file_.reset(::openat(folder, name_.c_str(), flags, mode));
        } while (!file_ && errno == EEXIST);
        if (!file_) throw_errno(errno);
    }
    ~TemporaryFile() {
        if (!name_.empty()) ::unlinkat(folder_, name_.c_str(), 0);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    int get() const noexcept { return file_.get(); }

    void take_name(const std::string& name) {
        if (::fsync(file_.get()) != 0) throw_errno(errno);
        if (::renameat(folder_, name_.c_str(), folder_, name.c_str()) != 0) throw_errno(errno);
        name_.clear();
    }

private:
    std::random_device random_;
    int folder_;
    std::string name_;
    FileDescriptor file_;
};

/// Errors are ignored: some file systems cannot flush a folder, and the change itself is made.
void flush_folder(int folder) {
    const FileDescriptor readable(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (readable) ::fsync(readable.get());
}

void keep_owner_and_mode(int file, const struct stat& old) {
    struct stat now {};
    if (::fstat(file, &now) != 0) throw_errno(errno);
    // Only root may give a file away; its group may at least be kept by a member.
    const bool kept = (now.st_uid == old.st_uid && now.st_gid == old.st_gid) ||
                      ::fchown(file, old.st_uid, old.st_gid) == 0;
    [[maybe_unused]] const bool group_kept =
        kept || ::fchown(file, static_cast<uid_t>(-1), old.st_gid) == 0;
    // A set-uid bit is not for another owner.
    if (::fchmod(file, old.st_mode & (kept ? 07777 : 0777)) != 0) throw_errno(errno);
}

void check_writable(const Place& place, std::string_view path) {
    if (place.is_folder())
        throw WorkspaceError(fmt::format("{} is a folder, not a file", shown_path(path)));
    if (place.exists && !place.is_file())
        throw WorkspaceError(fmt::format("{} is not a regular file", shown_path(path)));
    if (place.exists &&
        ::faccessat(place.folder.get(), place.name.c_str(), W_OK, AT_EACCESS) != 0)
        throw WorkspaceError(fmt::format("{} is read-only", shown_path(path)));
}

}  // namespace

void put_file(const Place& place, std::string_view path, std::string_view content,
              std::optional<mode_t> mode) {
    check_writable(place, path);
    try {
        TemporaryFile file(place.folder.get(), place.exists ? 0600 : 0666);
        write_all(file.get(), content);
        if (place.exists) keep_owner_and_mode(file.get(), place.info);
        else if (mode && ::fchmod(file.get(), *mode & 07777) != 0) throw_errno(errno);
        file.take_name(place.name);
        flush_folder(place.folder.get());
    } catch (const std::system_error& error) {
        refuse(path, error.code().value());
    }
}

void take_file(const Place& place, std::string_view path) {
    if (!place.exists) refuse(path, ENOENT);
    check_writable(place, path);
    if (::unlinkat(place.folder.get(), place.name.c_str(), 0) != 0) refuse(path, errno);
    flush_folder(place.folder.get());
}

}  // namespace capstan::coding
