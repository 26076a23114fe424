#include "coding/child_group.hpp"

#include "coding/open_beneath.hpp"
#include "coding/process_family.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace capstan::coding {
namespace {

void check(int error) {
    if (error != 0) throw_errno(error);
}

/// What the child does with its files before it becomes the program.
class FileActions {
public:
    explicit FileActions(const ChildSpec& spec) {
        check(::posix_spawn_file_actions_init(&actions_));
        put(spec.input, 0);
        put(spec.output, 1);
        put(spec.errors, 2);
        if (spec.folder >= 0)
            check(::posix_spawn_file_actions_addfchdir_np(&actions_, spec.folder));
        if (!spec.directory.empty())
            check(::posix_spawn_file_actions_addchdir_np(&actions_, spec.directory.c_str()));
#ifdef __GLIBC__  // files of the embedding program that are not close-on-exec
        check(::posix_spawn_file_actions_addclosefrom_np(&actions_, 3));
#endif
    }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

private:
    void put(int file, int number) {
        if (file >= 0) return check(::posix_spawn_file_actions_adddup2(&actions_, file, number));
        check(::posix_spawn_file_actions_addopen(&actions_, number, "/dev/null", O_RDWR, 0));
    }

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

ChildGroup::ChildGroup(const ChildSpec& spec) : mark_(new_family_mark()) {
    const FileActions actions(spec);
    const SpawnAttributes attributes;
    auto marked = spec.environment;
    marked.push_back(mark_);
    const auto arguments = pointers(spec.arguments);
    const auto environment = pointers(marked);
    check(::posix_spawn(&pid_, spec.program.c_str(), actions.get(), attributes.get(),
                        arguments.data(), environment.data()));
}

ChildGroup::~ChildGroup() {
    if (pid_ < 0) return;
    kill_all();
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

bool ChildGroup::ended() noexcept {
    if (ended_) return true;
    siginfo_t info{};
    const int error = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    if (error == 0 && info.si_pid != pid_) return false;
    ended_ = true;
    // Somebody else has reaped it, e.g. because SIGCHLD is ignored: its number may be a stranger's.
    if (error != 0) pid_ = -1;
    known_ = error == 0;
    if (!known_) return true;
    if (info.si_code == CLD_EXITED) exit_status_ = info.si_status;
    else end_signal_ = info.si_status;
    return true;
}

void ChildGroup::signal(int number) const noexcept {
    if (pid_ > 0) ::kill(-pid_, number);
}

void ChildGroup::kill_all() const noexcept {
    signal(SIGKILL);
    kill_family(std::max<pid_t>(pid_, 0), mark_);
}

void ChildGroup::reap() noexcept {
    if (std::exchange(reaped_, true)) return;
    const bool over = ended();
    kill_all();
    if (pid_ < 0) return;
    if (!over) {  // it ends by our signal
        siginfo_t info{};
        while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 &&
               errno == EINTR) {
        }
        ended();
    }
    while (pid_ > 0 && ::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
}

}  // namespace capstan::coding
