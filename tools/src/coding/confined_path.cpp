#include "coding/confined_path.hpp"

#include <capstan/tools/workspace.hpp>

#include <fmt/format.h>

#include <optional>

namespace capstan::coding {
namespace {

constexpr std::size_t longest_path = 4096;

/// What is left of an absolute path behind `root`, or nothing if it lies elsewhere.
std::optional<std::string_view> behind_root(std::string_view path, std::string_view root) {
    while (root.size() > 1 && root.ends_with('/')) root.remove_suffix(1);
    if (root == "/") return path;
    if (!path.starts_with(root)) return std::nullopt;
    path.remove_prefix(root.size());
    if (!path.empty() && path.front() != '/') return std::nullopt;
    return path;
}

std::string_view without_root(std::string_view path, const std::vector<std::string>& roots) {
    if (!path.starts_with('/')) return path;
    for (const auto& root : roots)
        if (const auto rest = behind_root(path, root)) return *rest;
    throw WorkspaceError(fmt::format(
        "{} lies outside of the workspace {}; use a path inside, relative to it",
        shown_path(path), roots.empty() ? std::string() : roots.front()));
}

}  // namespace

std::vector<std::string_view> path_parts(std::string_view path) {
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        const auto slash = path.find('/');
        const auto part = path.substr(0, slash);
        if (!part.empty() && part != ".") parts.push_back(part);
        path.remove_prefix(slash == path.npos ? path.size() : slash + 1);
    }
    return parts;
}

std::string confined_path(std::string_view path, const std::vector<std::string>& roots) {
    if (path.empty()) throw WorkspaceError("the path is empty");
    if (path.find('\0') != path.npos) throw WorkspaceError("the path has a NUL byte");
    if (path.size() > longest_path) throw WorkspaceError("the path is too long");
    std::string result;
    for (const auto part : path_parts(without_root(path, roots))) {
        if (part == "..")
            throw WorkspaceError(fmt::format(
                "{} has a '..'; write the path from the workspace's root, without it",
                shown_path(path)));
        if (!result.empty()) result += '/';
        result += part;
    }
    return result.empty() ? "." : result;
}

std::string shown_path(std::string_view path) {
    std::string result(path);
    for (auto& c : result)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return result;
}

}  // namespace capstan::coding
