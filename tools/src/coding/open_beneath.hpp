#pragma once

#include "coding/file_descriptor.hpp"

#include <string>

namespace capstan::coding {

/// Who follows the steps of a path: the kernel (openat2), or we, step by step.
enum class PathWalk { kernel, stepwise };

/// The kernel, where it has openat2 and lets us use it.
PathWalk best_path_walk() noexcept;

/// Opens the folder `path` below the folder `root`, with O_DIRECTORY and `flags`. Symbolic links
/// that stay below the root are followed, also with ".." in their targets; absolute ones are not.
/// Throws std::system_error: EXDEV for what leads out.
FileDescriptor open_folder_beneath(int root, const std::string& path, int flags, PathWalk walk);

/// The text of the symbolic link `name` in `folder` ("": the link that is open as `folder`).
/// Throws std::system_error.
std::string link_target(int folder, const char* name);

[[noreturn]] void throw_errno(int error);

}  // namespace capstan::coding
