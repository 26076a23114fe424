#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace capstan::coding {

/// A new "NAME=value" for the environment of a program that is started: what it starts in turn
/// has it, too, whatever group and session it makes for itself.
std::string new_family_mark();

/// Kills (SIGKILL) what the group kill of a program does not reach: processes of the session that
/// it leads (0: none), those that have its mark in their environment, and those that descend from
/// such. Only processes of this user; what has left the session, lost its parents and cleared its
/// environment is not found. Where there is no /proc, it does nothing.
void kill_family(pid_t leader, std::string_view mark) noexcept;

}  // namespace capstan::coding
