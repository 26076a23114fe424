#include "coding/open_beneath.hpp"

#include "coding/confined_path.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <climits>
#include <deque>
#include <system_error>
#include <vector>

namespace capstan::coding {
namespace {

constexpr int most_links = 40;
constexpr int most_attempts = 32;  // a rename at the wrong moment gives EAGAIN

int openat2_folder(int root, const char* path, int flags) {
#ifdef SYS_openat2
    open_how how{};
    how.flags = static_cast<unsigned>(flags | O_DIRECTORY | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
#else
    errno = ENOSYS;
    return -1;
#endif
}

/// Follows a path by itself. Every folder on the way stays open, so that ".." in a link's target
/// is the folder that we came through, whatever is renamed meanwhile.
class Steps {
public:
    Steps(int root, const std::string& path) {
        folders_.emplace_back(::openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!folders_.back()) throw_errno(errno);
        put_in_front(path);
    }

    FileDescriptor open(int flags) {
        while (!pending_.empty()) {
            const auto name = std::move(pending_.front());
            pending_.pop_front();
            take(name);
        }
        FileDescriptor result(::openat(top(), ".", flags | O_DIRECTORY | O_CLOEXEC));
        if (!result) throw_errno(errno);
        return result;
    }

private:
    int top() const { return folders_.back().get(); }

    void put_in_front(std::string_view path) {
        const auto parts = path_parts(path);
        pending_.insert(pending_.begin(), parts.begin(), parts.end());
    }

    void take(const std::string& name) {
        if (name == "..") {
            if (folders_.size() == 1) throw_errno(EXDEV);
            folders_.pop_back();
            return;
        }
        FileDescriptor next(::openat(top(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
        struct stat info {};
        if (!next || ::fstat(next.get(), &info) != 0) throw_errno(errno);
        if (S_ISLNK(info.st_mode)) return follow(next.get());
        if (!S_ISDIR(info.st_mode)) throw_errno(ENOTDIR);
        folders_.push_back(std::move(next));
    }

    void follow(int link) {
        if (++links_ > most_links) throw_errno(ELOOP);
        const auto target = link_target(link, "");
        if (target.starts_with('/')) throw_errno(EXDEV);
        put_in_front(target);
    }

    std::vector<FileDescriptor> folders_;
    std::deque<std::string> pending_;
    int links_ = 0;
};

}  // namespace

void throw_errno(int error) { throw std::system_error(error, std::generic_category()); }

std::string link_target(int folder, const char* name) {
    char buffer[PATH_MAX];
    const auto size = ::readlinkat(folder, name, buffer, sizeof buffer);
    if (size < 0) throw_errno(errno);
    return std::string(buffer, static_cast<std::size_t>(size));
}

PathWalk best_path_walk() noexcept {
    static const bool works = [] {
        const FileDescriptor folder(openat2_folder(AT_FDCWD, ".", O_PATH));
        return static_cast<bool>(folder);
    }();
    return works ? PathWalk::kernel : PathWalk::stepwise;
}

FileDescriptor open_folder_beneath(int root, const std::string& path, int flags, PathWalk walk) {
    if (walk == PathWalk::kernel) {
        for (int attempt = 0; attempt < most_attempts; ++attempt) {
            FileDescriptor folder(openat2_folder(root, path.c_str(), flags));
            if (folder) return folder;
            if (errno != EAGAIN && errno != EINTR) throw_errno(errno);
        }
    }
    return Steps(root, path).open(flags);
}

}  // namespace capstan::coding
