#include "coding/confined_path.hpp"

#include <capstan/tools/workspace.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using capstan::coding::confined_path;
using namespace std::string_literals;

namespace {

const std::vector<std::string> roots = {"/home/me/project", "/link/to/project/"};

}  // namespace

TEST_CASE("confined path: what lies inside is normalised") {
    const std::vector<std::pair<std::string, std::string>> table = {
        {".", "."},
        {"./", "."},
        {"a", "a"},
        {"a/b/c.txt", "a/b/c.txt"},
        {"./a//b/./c/", "a/b/c"},
        {"..a/b..", "..a/b.."},
        {"...", "..."},
        {"a\nb", "a\nb"},
        {" ", " "},
        {"~", "~"},
        {"/home/me/project", "."},
        {"/home/me/project/", "."},
        {"/home/me/project/a/./b", "a/b"},
        {"/link/to/project/x", "x"},
    };
    for (const auto& [path, expected] : table) {
        CAPTURE(path);
        CHECK(confined_path(path, roots) == expected);
    }
    CHECK(confined_path("/etc/passwd", {"/"}) == "etc/passwd");
}

TEST_CASE("confined path: what leads out is refused") {
    const std::vector<std::string> table = {
        "",
        "..",
        "../x",
        "a/..",
        "a/../../x",
        "a/b/../c",
        "/",
        "/etc/passwd",
        "/home/me/projects/x",
        "/home/me/project/../x",
        "/home/me",
        "//etc",
        "a\0b"s,
        "\0"s,
        std::string(5000, 'x'),
    };
    for (const auto& path : table) {
        CAPTURE(path);
        CHECK_THROWS_AS(confined_path(path, roots), capstan::WorkspaceError);
    }
}
