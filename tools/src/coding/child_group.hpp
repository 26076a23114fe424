#pragma once

#include "coding/file_descriptor.hpp"

#include <sys/types.h>

#include <string>
#include <type_traits>
#include <vector>

namespace capstan::coding {

/// A program to start.
struct ChildSpec {
    ChildSpec() = default;

    std::string program;                   ///< its path
    std::vector<std::string> arguments;    ///< the first is its name
    std::vector<std::string> environment;  ///< NAME=value
    int folder = -1;                       ///< working directory, open; -1: ours
    std::string directory;                 ///< the same by name; empty: ours
    int input = -1;                        ///< -1: /dev/null
    int output = -1;
    int errors = -1;
};
static_assert(!std::is_aggregate_v<ChildSpec>);

/// A started program, leader of a session and process group of its own. Killed with all that it
/// started (see kill_family()) and reaped when forgotten.
class ChildGroup {
public:
    /// Throws std::system_error.
    explicit ChildGroup(const ChildSpec& spec);
    ~ChildGroup();
    ChildGroup(const ChildGroup&) = delete;
    ChildGroup& operator=(const ChildGroup&) = delete;

    /// Becomes readable when the program has ended; empty where the system has no such thing.
    FileDescriptor open_watch() const;

    /// True once the program has ended. It stays a zombie, so that its numbers are not used again.
    bool ended() noexcept;
    /// What ended() found, and how: not known where somebody else reaped it.
    bool has_ended() const noexcept { return known_; }
    int exit_status() const noexcept { return exit_status_; }
    int end_signal() const noexcept { return end_signal_; }

    /// To all processes of the group.
    void signal(int number) const noexcept;
    /// Kills what is left of the group and the session, and reaps the program, waiting for its end.
    void reap() noexcept;

private:
    void kill_all() const noexcept;

    pid_t pid_ = -1;
    std::string mark_;
    bool ended_ = false;
    bool known_ = false;
    bool reaped_ = false;
    int exit_status_ = 0;
    int end_signal_ = 0;
};

}  // namespace capstan::coding
