#pragma once

#include "coding/child_group.hpp"

#include <optional>
#include <string>
#include <vector>

namespace capstan {
struct McpServerConfig;
}

namespace capstan::mcp {

using OwnedFd = coding::FileDescriptor;

/// A server's process, the first of a session and process group of its own.
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
    bool ended() noexcept { return child_->ended(); }
    void signal_group(int signal) noexcept { child_->signal(signal); }
    /// Kills what is left of all that the server started, and waits for the first process.
    void finish() noexcept;
    /// "exit code 3", "signal 11 (Segmentation fault)"; empty before the end.
    std::string end_text() const;

private:
    std::optional<coding::ChildGroup> child_;  // never empty
};

/// NAME=value texts of a server: the safe part of ours, and the configuration's.
std::vector<std::string> process_environment(const McpServerConfig& config);

/// The file that a command names, searched along the PATH that it will have. Throws McpError.
std::string find_program(const McpServerConfig& config);

}  // namespace capstan::mcp
