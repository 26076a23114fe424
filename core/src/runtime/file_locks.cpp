#include "runtime/file_locks.hpp"

#include <capstan/state_store.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

namespace capstan::detail {
namespace {

class LockFile {
public:
    explicit LockFile(const std::string& path)
        : fd_(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
        if (fd_ < 0) {
            throw StateError("cannot open " + path + ": " + std::generic_category().message(errno));
        }
    }
    LockFile(const LockFile&) = delete;
    ~LockFile() { ::close(fd_); }

    /// False if somebody else has the byte.
    bool set(short type, off_t byte) const {
        struct flock range {};
        range.l_type = type;
        range.l_whence = SEEK_SET;
        range.l_start = byte;
        range.l_len = 1;
        while (::fcntl(fd_, F_OFD_SETLK, &range) != 0) {
            if (errno == EAGAIN || errno == EACCES) return false;
            if (errno == EINTR) continue;
            throw StateError("cannot lock: " + std::generic_category().message(errno));
        }
        return true;
    }

    /// False if the path leads to another file by now, or to none.
    bool is_at(const std::string& path) const {
        struct stat ours {};
        struct stat there {};
        if (::fstat(fd_, &ours) != 0 || ::stat(path.c_str(), &there) != 0) return false;
        return ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
    }

private:
    int fd_;
};

/// FNV-1a, kept below 2^62: the same in every process and version.
off_t byte_of(std::string_view name) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return static_cast<off_t>(hash >> 2);
}

}  // namespace

struct FileLocks::Held {
    explicit Held(std::string p) : path(std::move(p)) {}

    void release(const std::string& name, const LockFile& from) {
        const std::scoped_lock lock(mutex);
        names.erase(name);
        try {
            from.set(F_UNLCK, byte_of(name));
        } catch (const StateError&) {
            // Closing the file, with the last lock, unlocks it in any case.
            return;
        }
    }

    const std::string path;
    std::mutex mutex;
    std::shared_ptr<LockFile> file;  // opened at the first lock
    std::set<std::string, std::less<>> names;  // a description does not conflict with itself
};

FileLocks::FileLocks(std::string path) : held_(std::make_shared<Held>(std::move(path))) {}
FileLocks::~FileLocks() = default;

std::shared_ptr<void> FileLocks::try_lock(std::string_view name) {
    const std::scoped_lock lock(held_->mutex);
    if (held_->names.contains(name)) return nullptr;
    auto& file = held_->file;
    if (!file || !file->is_at(held_->path)) file = std::make_shared<LockFile>(held_->path);
    if (!file->set(F_WRLCK, byte_of(name))) return nullptr;
    std::string text(name);
    held_->names.insert(text);
    // The pointer means nothing; what counts is the deleter, which keeps the file open.
    return std::shared_ptr<void>(held_.get(), [held = held_, file, text](void*) {
        held->release(text, *file);
    });
}

}  // namespace capstan::detail
