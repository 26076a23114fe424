#pragma once

#include "coding/file_descriptor.hpp"
#include "coding/process.hpp"

#include <sys/types.h>

namespace capstan::coding {

/// A started program, leader of a session and process group of its own. Killed with its group and
/// reaped when forgotten.
class ChildGroup {
public:
    /// Throws std::system_error.
    explicit ChildGroup(const ProcessSpec& spec);
    ~ChildGroup();
    ChildGroup(const ChildGroup&) = delete;
    ChildGroup& operator=(const ChildGroup&) = delete;

    /// The reading end of what the program writes; belongs to the caller.
    FileDescriptor take_output() { return std::move(output_); }
    /// Becomes readable when the program has ended; empty where the system has no such thing.
    FileDescriptor open_watch() const;

    /// True once the program has ended. It stays a zombie, so that its numbers are not used again.
    bool ended() const noexcept;
    /// To all processes of the group.
    void signal(int number) const noexcept;
    /// Kills what is left of the group, and reaps the program, which must have ended.
    ProcessEnd reap() noexcept;

private:
    pid_t pid_ = -1;
    FileDescriptor output_;
};

}  // namespace capstan::coding
