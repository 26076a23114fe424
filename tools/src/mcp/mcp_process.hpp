#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace capstan {
struct McpServerConfig;
}

namespace capstan::mcp {

/// A file descriptor that is closed with its owner.
class OwnedFd {
public:
    OwnedFd() = default;
    explicit OwnedFd(int fd) : fd_(fd) {}
    OwnedFd(OwnedFd&& other) noexcept : fd_(other.release()) {}
    OwnedFd& operator=(OwnedFd&& other) noexcept;
    ~OwnedFd() { reset(); }

    int get() const noexcept { return fd_; }
    int release() noexcept;
    void reset() noexcept;

private:
    int fd_ = -1;
};

/// A server's process, the first of a process group of its own.
class Process {
public:
    /// Throws McpError.
    explicit Process(const McpServerConfig& config);
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process() { finish(); }

    /// Our ends: a socket for its input (so that writing to a dead server is an error rather than a
    /// signal), pipes for its output and its messages. Taken by whoever reads and writes them.
    OwnedFd input, output, errors;
    /// Becomes readable when the first process ends, whoever still holds its pipes; not there on
    /// old kernels.
    OwnedFd exit;

    /// True once the first process has ended. It stays a zombie, so that its group's id stays ours.
    bool ended() noexcept;
    void signal_group(int signal) noexcept;
    /// Kills what is left of the group, and waits for the first process.
    void finish() noexcept;
    /// "exit code 3", "signal 11 (Segmentation fault)"; empty before the end.
    std::string end_text() const;

private:
    void spawn(const McpServerConfig& config, const std::string& program, const int (&fds)[3]);

    pid_t pid_ = -1;
    bool ended_ = false;
    int end_code_ = 0;    // si_code
    int end_status_ = 0;  // exit code or signal
};

/// NAME=value texts of a server: the safe part of ours, and the configuration's.
std::vector<std::string> process_environment(const McpServerConfig& config);

/// The file that a command names, searched along the PATH that it will have. Throws McpError.
std::string find_program(const McpServerConfig& config);

}  // namespace capstan::mcp
