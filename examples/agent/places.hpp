#pragma once

#include <filesystem>

namespace coding_agent {

/// The folder for what this program remembers: $XDG_STATE_HOME/capstan, else
/// ~/.local/state/capstan. Made with mode 0700 if it is missing. Throws std::runtime_error.
std::filesystem::path state_folder();

}  // namespace coding_agent
