#include "coding/child_group.hpp"

#include "coding/open_beneath.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>

namespace capstan::coding {
namespace {

void check(int error) {
    if (error != 0) throw_errno(error);
}

/// What the child does with its files before it becomes the program.
class FileActions {
public:
    FileActions(int output, int folder) {
        check(::posix_spawn_file_actions_init(&actions_));
        check(::posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0));
        check(::posix_spawn_file_actions_adddup2(&actions_, output, 1));
        check(::posix_spawn_file_actions_adddup2(&actions_, output, 2));
        if (folder >= 0) check(::posix_spawn_file_actions_addfchdir_np(&actions_, folder));
#ifdef __GLIBC__  // files of the embedding program that are not close-on-exec
        check(::posix_spawn_file_actions_addclosefrom_np(&actions_, 3));
#endif
    }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

/// A session of its own, and signals as a program expects them.
class SpawnAttributes {
public:
    SpawnAttributes() {
        check(::posix_spawnattr_init(&attributes_));
        sigset_t signals;
        ::sigfillset(&signals);
        check(::posix_spawnattr_setsigdefault(&attributes_, &signals));
        ::sigemptyset(&signals);
        check(::posix_spawnattr_setsigmask(&attributes_, &signals));
        check(::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF |
                                                           POSIX_SPAWN_SETSIGMASK));
    }
    ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;

    const posix_spawnattr_t* get() const noexcept { return &attributes_; }

private:
    posix_spawnattr_t attributes_{};
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (const auto& text : texts) result.push_back(const_cast<char*>(text.c_str()));
    result.push_back(nullptr);
    return result;
}

}  // namespace

ChildGroup::ChildGroup(const ProcessSpec& spec) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno(errno);
    output_.reset(ends[0]);
    const FileDescriptor writing(ends[1]);
    const FileActions actions(writing.get(), spec.folder);
    const SpawnAttributes attributes;
    const auto arguments = pointers(spec.arguments);
    const auto environment = pointers(spec.environment);
    check(::posix_spawn(&pid_, arguments[0], actions.get(), attributes.get(), arguments.data(),
                        environment.data()));
}

ChildGroup::~ChildGroup() {
    if (pid_ < 0) return;
    signal(SIGKILL);
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != 0) return;
    try {  // a killed process may take its time
        std::thread([pid = pid_] { ::waitpid(pid, nullptr, 0); }).detach();
    } catch (const std::system_error&) {
        ::waitpid(pid_, &status, 0);
    }
}

FileDescriptor ChildGroup::open_watch() const {
#ifdef SYS_pidfd_open
    return FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
#else
    return FileDescriptor();
#endif
}

bool ChildGroup::ended() const noexcept {
    siginfo_t info{};
    const int error = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    return error != 0 || info.si_pid == pid_;
}

void ChildGroup::signal(int number) const noexcept { ::kill(-pid_, number); }

ProcessEnd ChildGroup::reap() noexcept {
    signal(SIGKILL);
    ProcessEnd end;
    int status = 0;
    if (::waitpid(std::exchange(pid_, -1), &status, 0) < 0) return end;  // others reaped it
    if (WIFEXITED(status)) end.exit_status = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
    return end;
}

}  // namespace capstan::coding
