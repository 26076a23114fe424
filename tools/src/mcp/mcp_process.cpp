#include "mcp/mcp_process.hpp"

#include <capstan/tools/mcp.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace capstan::mcp {

OwnedFd& OwnedFd::operator=(OwnedFd&& other) noexcept {
    if (this != &other) {
        reset();
        fd_ = other.release();
    }
    return *this;
}

int OwnedFd::release() noexcept { return std::exchange(fd_, -1); }

void OwnedFd::reset() noexcept {
    if (fd_ >= 0) ::close(release());
}

namespace {

[[noreturn]] void fail(const McpServerConfig& config, std::string_view what, int error) {
    throw McpError(fmt::format("MCP server \"{}\": {}: {}", config.name, what, ::strerror(error)));
}

struct Pair {
    OwnedFd ours, theirs;
};

Pair make_socket_pair(const McpServerConfig& config) {
    int fds[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
        fail(config, "no socket for its input", errno);
    }
    return {OwnedFd(fds[0]), OwnedFd(fds[1])};
}

Pair make_pipe(const McpServerConfig& config) {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0) fail(config, "no pipe for its output", errno);
    return {OwnedFd(fds[0]), OwnedFd(fds[1])};
}

/// Attributes: a group of its own, and no signal blocked or ignored that we block or ignore.
class SpawnAttributes {
public:
    SpawnAttributes() {
        ::posix_spawnattr_init(&value_);
        sigset_t none, all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&value_, &none);
        ::posix_spawnattr_setsigdefault(&value_, &all);
        ::posix_spawnattr_setpgroup(&value_, 0);
        ::posix_spawnattr_setflags(
            &value_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    SpawnAttributes(const SpawnAttributes&) = delete;
    ~SpawnAttributes() { ::posix_spawnattr_destroy(&value_); }

    const posix_spawnattr_t* get() const { return &value_; }

private:
    posix_spawnattr_t value_;
};

class SpawnActions {
public:
    SpawnActions(const std::string& directory, const int (&fds)[3]) {
        ::posix_spawn_file_actions_init(&value_);
        for (int i = 0; i < 3; ++i) ::posix_spawn_file_actions_adddup2(&value_, fds[i], i);
        if (!directory.empty()) {
            ::posix_spawn_file_actions_addchdir_np(&value_, directory.c_str());
        }
    }
    SpawnActions(const SpawnActions&) = delete;
    ~SpawnActions() { ::posix_spawn_file_actions_destroy(&value_); }

    const posix_spawn_file_actions_t* get() const { return &value_; }

private:
    posix_spawn_file_actions_t value_;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (auto& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

}  // namespace

Process::Process(const McpServerConfig& config) {
    const auto program = find_program(config);
    auto in = make_socket_pair(config);
    auto out = make_pipe(config), err = make_pipe(config);
    spawn(config, program, {in.theirs.get(), out.theirs.get(), err.theirs.get()});
    input = std::move(in.ours);
    output = std::move(out.ours);
    errors = std::move(err.ours);
    exit = OwnedFd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
}

void Process::spawn(const McpServerConfig& config, const std::string& program,
                    const int (&fds)[3]) {
    std::vector<std::string> arguments{config.command};
    arguments.insert(arguments.end(), config.args.begin(), config.args.end());
    auto environment = process_environment(config);
    const auto argv = pointers(arguments), envp = pointers(environment);
    const SpawnActions actions(config.directory, fds);
    const SpawnAttributes attributes;
    const int error = ::posix_spawn(&pid_, program.c_str(), actions.get(), attributes.get(),
                                    argv.data(), envp.data());
    if (error == 0) return;
    pid_ = -1;
    fail(config, fmt::format("cannot start {}", program), error);
}

void Process::finish() noexcept {
    if (pid_ < 0) return;
    ended();  // for end_text()
    signal_group(SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    ended_ = true;
}

bool Process::ended() noexcept {
    if (ended_) return true;
    siginfo_t info{};
    const int result = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    if (result == 0 && info.si_pid == 0) return false;
    ended_ = true;
    // Somebody else has reaped it, e.g. because SIGCHLD is ignored: its id may be a stranger's now.
    if (result != 0) pid_ = -1;
    end_code_ = info.si_code;
    end_status_ = info.si_status;
    return true;
}

void Process::signal_group(int signal) noexcept {
    if (pid_ > 0) ::kill(-pid_, signal);
}

std::string Process::end_text() const {
    if (end_code_ == 0) return {};
    if (end_code_ == CLD_EXITED) return fmt::format("exit code {}", end_status_);
    return fmt::format("signal {} ({})", end_status_, ::strsignal(end_status_));
}

}  // namespace capstan::mcp
