#pragma once

#include "child_process.hpp"

#include <capstan/tools/workspace.hpp>

#include <catch2/catch_test_macros.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>

namespace test {

/// A workspace "root" beside a folder "outside" that holds a secret.
struct WorkspaceFixture {
    WorkspaceFixture() {
        std::filesystem::create_directories(root() + "/sub/deep");
        std::filesystem::create_directories(outside());
        write_file(outside() + "/secret", "secret\n");
        write_file(root() + "/a.txt", "one\ntwo\n");
        write_file(root() + "/sub/b.txt", "three\n");
    }

    std::string root() const { return folder.path("root"); }
    std::string outside() const { return folder.path("outside"); }
    std::string at(const std::string& name) const { return root() + "/" + name; }
    void link(const std::string& target, const std::string& name) const {
        REQUIRE(::symlink(target.c_str(), at(name).c_str()) == 0);
    }

    TemporaryFolder folder;
};

/// What the WorkspaceError that `f` throws says; empty if it throws none.
inline std::string refusal(const std::function<void()>& f) {
    try {
        f();
    } catch (const capstan::WorkspaceError& error) {
        return error.what();
    }
    return {};
}

inline bool mentions(const std::string& text, std::string_view words) {
    return text.find(words) != text.npos;
}

inline mode_t mode_of(const std::string& path) {
    struct stat info {};
    REQUIRE(::lstat(path.c_str(), &info) == 0);
    return info.st_mode & 07777;
}

}  // namespace test
