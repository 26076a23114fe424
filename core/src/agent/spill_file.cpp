#include "agent/spill_file.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace capstan::detail {
namespace {

namespace fs = std::filesystem;

// Names come from the model.
std::string safe_name(std::string_view name) {
    std::string safe(name.substr(0, 80));
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    };
    std::replace_if(safe.begin(), safe.end(), [&](char c) { return !allowed(c); }, '_');
    return safe.empty() ? "result" : safe;
}

bool make_directory(const fs::path& directory) {
    std::error_code error;
    if (fs::is_directory(directory, error)) return true;
    if (!fs::create_directories(directory, error)) return false;
    fs::permissions(directory, fs::perms::owner_all, error);
    return !error;
}

int open_new(const fs::path& path) {
    return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

std::string spill(const fs::path& directory, std::string_view name, std::string_view text) {
    if (!make_directory(directory)) return {};
    const auto stem = safe_name(name);
    for (int n = 1; n < 1000; ++n) {
        const auto path = directory / (n == 1 ? stem + ".txt" : fmt::format("{}-{}.txt", stem, n));
        const int file = open_new(path);
        if (file < 0 && errno == EEXIST) continue;
        if (file < 0) return {};
        const bool written = write_all(file, text);
        if (::close(file) == 0 && written) return path.string();
        std::error_code ignored;
        fs::remove(path, ignored);
        return {};
    }
    return {};
}

}  // namespace capstan::detail
