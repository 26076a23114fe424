#include "coding/command_environment.hpp"
#include "coding/command_patterns.hpp"
#include "coding/output_tail.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace capstan::coding;
using namespace std::string_literals;

TEST_CASE("command patterns: a star stands for any arguments, never for another command") {
    CHECK(fits_command_pattern("git status", "git status*"));
    CHECK(fits_command_pattern("git status --short -b", "git status*"));
    CHECK(fits_command_pattern("make", "make"));
    CHECK(fits_command_pattern("a x b y c", "a * b * c"));
    CHECK(fits_command_pattern("", ""));
    CHECK(fits_command_pattern("aab", "*ab"));
    CHECK_FALSE(fits_command_pattern("make all", "make"));
    CHECK_FALSE(fits_command_pattern("git", "git status*"));
    CHECK_FALSE(fits_command_pattern(" make", "make"));
    CHECK_FALSE(fits_command_pattern("make", ""));
    for (const char special : ";&|<>$`()\n\r\t\0\x1b\x7f"s) {
        const auto tail = std::string(1, special) + " rm -rf x";
        CAPTURE(static_cast<int>(special));
        CHECK_FALSE(fits_command_pattern("git status" + tail, "git status*"));
        CHECK_FALSE(fits_command_pattern("git status " + tail, "git status *"));
        CHECK_FALSE(fits_command_pattern(tail + "git status", "*git status"));
        CHECK_FALSE(fits_command_pattern("a" + tail + " b", "a*b"));
        CHECK_FALSE(fits_command_pattern(tail, "*"));
    }
    CHECK(fits_command_pattern("make && make test", "make && make *"));
    CHECK(fits_any_pattern("ls -l", {"git *", "ls *"}));
    CHECK_FALSE(fits_any_pattern("ls -l", {}));
}

TEST_CASE("command patterns: matching agrees with trying every way") {
    const auto slow = [](auto& self, std::string_view c, std::string_view p) -> bool {
        if (p.empty()) return c.empty();
        if (p[0] != '*') return !c.empty() && c[0] == p[0] && self(self, c.substr(1), p.substr(1));
        return self(self, c, p.substr(1)) ||
               (!c.empty() && c[0] != ';' && self(self, c.substr(1), p));
    };
    std::mt19937 random(5);
    for (int i = 0; i < 20'000; ++i) {
        std::string command;
        std::string pattern;
        while (random() % 8 != 0) command += "aab;"[random() % 4];
        while (random() % 6 != 0) pattern += "ab**;"[random() % 5];
        CAPTURE(command, pattern);
        REQUIRE(fits_command_pattern(command, pattern) == slow(slow, command, pattern));
    }
}

TEST_CASE("command key: the first word of a simple command, else all of it") {
    CHECK(command_key("git status") == "git");
    CHECK(command_key("  ./run-tests.sh -v 'a b'") == "./run-tests.sh");
    CHECK(command_key("make") == "make");
    for (const auto& command :
         {"a; b"s, "a && b"s, "a | b"s, "a > f"s, "a $(b)"s, "a `b`"s, "a\nb"s, "A=1 b"s, "'a' b"s,
          "a\\b"s, ""s, "  "s, "a*"s, "~/x y"s}) {
        CAPTURE(command);
        CHECK(command_key(command) == command);
    }
}

TEST_CASE("command environment: no secrets, not even under another name") {
    const char* environment[] = {"PATH=/bin", "OPENROUTER_API_KEY=sk-or-v1-0123456789abcdef",
                                 "COPY=x sk-or-v1-0123456789abcdef y", "GITHUB_TOKEN=short",
                                 "SHORT=short", "my_secret_thing=1", "DB_PASSWORD_FILE=1",
                                 "HIDDEN=1", "EMPTY=", "KEYBOARD=us", "TOKENS=3", nullptr};
    CHECK(visible_environment(environment, {"HIDDEN"}) ==
          std::vector<std::string>{"PATH=/bin", "SHORT=short", "EMPTY=", "KEYBOARD=us",
                                   "TOKENS=3"});
    CHECK(visible_environment(nullptr, {}).empty());
}

TEST_CASE("head and tail: short output is whole, long output says what is missing") {
    std::mt19937 random(1);
    for (const std::size_t size : {0u, 1u, 99u, 100u, 101u, 102u, 103u, 250u, 1000u, 100'000u}) {
        std::string all;
        while (all.size() < size) all += all.size() % 10 == 9 ? '\n' : 'x';
        HeadAndTail kept(100);
        for (std::size_t at = 0; at < size;) {
            const auto piece = std::min<std::size_t>(1 + random() % 70, size - at);
            kept.add(std::string_view(all).substr(at, piece));
            at += piece;
        }
        const auto text = kept.text();
        CAPTURE(size, text);
        CHECK(kept.total() == size);
        if (size <= 100) CHECK(text == all);
        if (size > 102) {
            CHECK(text.size() < 160);
            CHECK(text.find(" bytes left out ...]\n") != text.npos);
            CHECK(text.starts_with(all.substr(0, 40)));
            CHECK(text.ends_with(all.substr(all.size() - 40)));
        }
    }
}
