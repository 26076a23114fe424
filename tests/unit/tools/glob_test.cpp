#include "coding/glob.hpp"

#include "coding/ignore_rules.hpp"
#include "coding/path_filter.hpp"

#include <capstan/tools/workspace.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <tuple>
#include <vector>

using namespace capstan::coding;
using namespace std::string_literals;

TEST_CASE("glob: what matches and what does not") {
    const std::vector<std::tuple<std::string, std::string, bool>> table = {
        {"*.cpp", "a.cpp", true},
        {"*.cpp", "a.cpp2", false},
        {"*.cpp", "d/a.cpp", false},
        {"*.cpp", ".cpp", true},
        {"a?c", "abc", true},
        {"a?c", "a/c", false},
        {"**", "a/b/c", true},
        {"**/x", "x", true},
        {"**/x", "a/b/x", true},
        {"**/x", "ax", false},
        {"a/**/b", "a/b", true},
        {"a/**/b", "a/x/y/b", true},
        {"a/**/b", "a/xb", false},
        {"a/**", "a/b/c", true},
        {"a/**", "a", false},
        {"a**b", "a/x/b", true},
        {"{a,b}.txt", "b.txt", true},
        {"{a,b}.txt", "c.txt", false},
        {"{a,b/**/c}", "b/x/c", true},
        {"{a{1,2},b}", "a2", true},
        {"a,b", "a,b", true},
        {"a}", "a}", true},
        {"[abc]", "b", true},
        {"[a-c]x", "bx", true},
        {"[!a-c]", "b", false},
        {"[!a-c]", "d", true},
        {"[!a]", "/", false},
        {"[]]", "]", true},
        {"[\\]]", "]", true},
        {"\\*", "*", true},
        {"\\*", "a", false},
        {"a\\", "a\\", true},
        {"a+b(c).d$^|", "a+b(c).d$^|", true},
        {"*", "new\nline", true},
        {"?", "\xff", true},
        {"", "", true},
    };
    for (const auto& [pattern, path, matches] : table) {
        CAPTURE(pattern, path);
        CHECK(Glob(pattern).matches(path) == matches);
    }
}

TEST_CASE("glob: patterns that cannot be used are refused, hard ones take no time") {
    for (const auto& pattern : {"["s, "[a"s, "{a"s, "{a,{b}"s, "[z-a]"s, std::string(2000, 'a')}) {
        CAPTURE(pattern);
        CHECK_THROWS_AS(Glob(pattern), capstan::WorkspaceError);
    }
    std::string hard;
    for (int i = 0; i < 100; ++i) hard += "*a";
    CHECK_FALSE(Glob(hard + "b").matches(std::string(20'000, 'a')));
}

TEST_CASE("path filter: without a slash it is about names, else about paths from the folder") {
    CHECK(PathFilter(".", "*.h").accepts("a/b/c.h"));
    CHECK_FALSE(PathFilter(".", "a/*.h").accepts("a/b/c.h"));
    CHECK(PathFilter("a", "b/*.h").accepts("a/b/c.h"));
    CHECK(PathFilter(".", "./a/*").accepts("a/b"));
    CHECK(PathFilter("a", "").accepts("a/b"));
}

TEST_CASE("ignore rules: the usual patterns of .gitignore") {
    const IgnoreRules rules(
        "# comment\n\n*.o\n!keep.o\n/build\nnode_modules/\ndoc/*.txt\n**/cache\n\\#x\n"
        "trail  \nwin\r\na{b}\n[broken\n");
    const std::vector<std::tuple<std::string, bool, std::optional<bool>>> table = {
        {"x.o", false, true},
        {"d/x.o", false, true},
        {"keep.o", false, false},
        {"d/keep.o", false, false},
        {"build", true, true},
        {"build", false, true},
        {"d/build", true, std::nullopt},
        {"node_modules", true, true},
        {"node_modules", false, std::nullopt},
        {"d/node_modules", true, true},
        {"doc/a.txt", false, true},
        {"doc/b/a.txt", false, std::nullopt},
        {"a/doc/a.txt", false, std::nullopt},
        {"a/b/cache", true, true},
        {"cache", true, true},
        {"#x", false, true},
        {"trail", false, true},
        {"win", false, true},
        {"a{b}", false, true},
        {"ab", false, std::nullopt},
        {"comment", false, std::nullopt},
    };
    for (const auto& [path, folder, expected] : table) {
        CAPTURE(path, folder);
        CHECK(rules.decide(path, folder) == expected);
    }
}
