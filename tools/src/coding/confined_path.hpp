#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace capstan::coding {

/// The parts of `path` between its slashes, without "." and empty ones.
std::vector<std::string_view> path_parts(std::string_view path);

/// `path` relative to the root, normalised ("a/b", "." for the root itself). Absolute paths must
/// begin with one of `roots`. Throws WorkspaceError for "..", a NUL byte, an empty path and an
/// absolute path elsewhere. Pure: links are not looked at.
std::string confined_path(std::string_view path, const std::vector<std::string>& roots);

/// A path as it may be shown in a line of text: control characters become '?'.
std::string shown_path(std::string_view path);

}  // namespace capstan::coding
