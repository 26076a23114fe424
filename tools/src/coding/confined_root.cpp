#include "coding/confined_root.hpp"

#include "coding/confined_path.hpp"

#include <capstan/tools/workspace.hpp>

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace capstan::coding {
namespace {

namespace fs = std::filesystem;

constexpr int most_links = 40;

std::string_view kind_of(mode_t mode) {
    if (S_ISDIR(mode)) return "a folder";
    if (S_ISFIFO(mode)) return "a pipe";
    if (S_ISSOCK(mode)) return "a socket";
    if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
    return "a symbolic link";
}

[[noreturn]] void refuse_kind(std::string_view path, mode_t mode) {
    throw WorkspaceError(
        fmt::format("{} is {}, not a regular file", shown_path(path), kind_of(mode)));
}

/// Calls `f`, and tells its std::system_error in words.
template <class F>
auto in_words(std::string_view path, F f) {
    try {
        return f();
    } catch (const std::system_error& error) {
        refuse(path, error.code().value());
    }
}

/// Fills in `place` for a path whose last part is no link; else gives the path behind the link.
std::string look_at(Place& place, const std::string& path, const std::string& parent) {
    const auto* name = place.name.c_str();
    place.exists = ::fstatat(place.folder.get(), name, &place.info, AT_SYMLINK_NOFOLLOW) == 0;
    if (!place.exists && errno != ENOENT) refuse(path, errno);
    if (!place.exists || !S_ISLNK(place.info.st_mode)) return {};
    auto target = link_target(place.folder.get(), name);
    if (target.starts_with('/')) throw_errno(EXDEV);
    return parent + '/' + target;
}

}  // namespace

void refuse(std::string_view path, int error) {
    const auto shown = shown_path(path);
    switch (error) {
        case EXDEV:
            throw WorkspaceError(fmt::format(
                "{} leads out of the workspace by a symbolic link, which is not allowed", shown));
        case ENOENT: throw WorkspaceError(fmt::format("{} does not exist", shown));
        case ENOTDIR:
            throw WorkspaceError(fmt::format("{}: a part of the path is not a folder", shown));
        case ELOOP: throw WorkspaceError(fmt::format("{} has links that lead nowhere", shown));
        default: throw WorkspaceError(fmt::format("{}: {}", shown, std::strerror(error)));
    }
}

std::pair<std::string, std::string> split_last(const std::string& path) {
    auto end = path.size();
    while (end > 1 && path[end - 1] == '/') --end;
    const auto slash = path.rfind('/', end - 1);
    if (slash == path.npos) return {".", path.substr(0, end)};
    return {path.substr(0, slash), path.substr(slash + 1, end - slash - 1)};
}

FileDescriptor open_place(const Place& place, std::string_view path) {
    if (!place.exists) refuse(path, ENOENT);
    if (!place.is_file()) refuse_kind(path, place.info.st_mode);
    const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    FileDescriptor file(::openat(place.folder.get(), place.name.c_str(), flags));
    if (!file) refuse(path, errno);
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) refuse(path, errno);
    if (!S_ISREG(info.st_mode)) refuse_kind(path, info.st_mode);  // put there meanwhile
    return file;
}

ConfinedRoot::ConfinedRoot(const fs::path& root, PathWalk walk) : walk_(walk) {
    std::error_code error;
    path_ = fs::canonical(root, error);
    if (!error) root_.reset(::open(path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root_)
        throw WorkspaceError(fmt::format("the workspace {} is not a folder that can be opened",
                                         shown_path(root.string())));
    spellings_ = {path_.string(), fs::absolute(root, error).lexically_normal().string()};
}

std::string ConfinedRoot::relative(std::string_view path) const {
    return confined_path(path, spellings_);
}

FileDescriptor ConfinedRoot::open_folder(const std::string& path, int flags) const {
    return in_words(path,
                    [&] { return open_folder_beneath(root_.get(), path, flags, walk_); });
}

Place ConfinedRoot::locate(const std::string& path) const {
    auto current = path;
    for (int links = 0; links <= most_links; ++links) {
        Place place;
        const auto [parent_path, name] = split_last(current);
        const auto& parent = parent_path;  // for the lambdas
        const bool folder = name == "." || name == "..";  // the end of a link's target
        place.folder = in_words(path, [&] {
            return open_folder_beneath(root_.get(), folder ? current : parent, O_PATH, walk_);
        });
        place.name = folder ? "." : name;
        current = in_words(path, [&] { return look_at(place, path, parent); });
        if (current.empty()) return place;
    }
    refuse(path, ELOOP);
}

FileDescriptor ConfinedRoot::open_file(const std::string& path) const {
    return open_place(locate(path), path);
}

std::vector<std::string> ConfinedRoot::make_parents(const std::string& path) const {
    std::vector<std::string> made;
    open_or_make(split_last(path).first, made);
    return made;
}

void ConfinedRoot::remove_folders(const std::vector<std::string>& folders) const noexcept {
    try {
        for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
            const auto place = locate(*folder);
            ::unlinkat(place.folder.get(), place.name.c_str(), AT_REMOVEDIR);
        }
    } catch (const WorkspaceError&) {  // gone already
    }
}

FileDescriptor ConfinedRoot::open_or_make(const std::string& path,
                                          std::vector<std::string>& made) const {
    try {
        return open_folder_beneath(root_.get(), path, O_PATH, walk_);
    } catch (const std::system_error& error) {
        if (error.code().value() != ENOENT || path == ".") refuse(path, error.code().value());
    }
    const auto [parent, name] = split_last(path);
    const auto folder = open_or_make(parent, made);
    if (::mkdirat(folder.get(), name.c_str(), 0777) == 0) made.push_back(path);
    else if (errno != EEXIST) refuse(path, errno);
    return open_folder(path, O_PATH);
}

}  // namespace capstan::coding
