#include "places.hpp"

#include <cstdlib>
#include <stdexcept>

namespace coding_agent {
namespace {

namespace fs = std::filesystem;

/// The folder that a variable names; relative ones do not count.
fs::path folder_in(const char* variable) {
    const char* value = std::getenv(variable);
    const fs::path folder = value ? value : "";
    return folder.is_absolute() ? folder : fs::path();
}

fs::path state_home() {
    if (auto folder = folder_in("XDG_STATE_HOME"); !folder.empty()) return folder;
    if (const auto home = folder_in("HOME"); !home.empty()) return home / ".local" / "state";
    throw std::runtime_error("neither XDG_STATE_HOME nor HOME names a folder; give --state");
}

}  // namespace

fs::path state_folder() {
    const auto folder = state_home() / "capstan";
    if (fs::is_directory(folder)) return folder;
    fs::create_directories(folder);
    fs::permissions(folder, fs::perms::owner_all);
    return folder;
}

}  // namespace coding_agent
