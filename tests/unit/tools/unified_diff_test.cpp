#include "coding/line_diff.hpp"

#include <capstan/tools/workspace.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace capstan::coding;
using capstan::unified_diff;

namespace {

using Lines = std::vector<std::string_view>;

std::string applied(const Lines& before, const Lines& after,
                    const std::vector<LineChange>& changes) {
    std::string out;
    std::size_t at = 0;
    for (const auto& change : changes) {
        REQUIRE(change.before_at >= at);
        for (; at < change.before_at; ++at) out += before[at];
        for (std::size_t i = 0; i < change.after; ++i) out += after[change.after_at + i];
        at += change.before;
    }
    for (; at < before.size(); ++at) out += before[at];
    return out;
}

std::size_t cost(const std::vector<LineChange>& changes) {
    std::size_t sum = 0;
    for (const auto& change : changes) sum += change.before + change.after;
    return sum;
}

/// The least number of removed and added lines, by the longest common subsequence.
std::size_t least_cost(const Lines& a, const Lines& b) {
    std::vector<std::vector<std::size_t>> common(a.size() + 1,
                                                 std::vector<std::size_t>(b.size() + 1, 0));
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j)
            common[i][j] = a[i - 1] == b[j - 1] ? common[i - 1][j - 1] + 1
                                                : std::max(common[i - 1][j], common[i][j - 1]);
    return a.size() + b.size() - 2 * common[a.size()][b.size()];
}

std::string random_text(std::mt19937& random, int most_lines, int kinds) {
    std::string text;
    const auto lines = std::uniform_int_distribution(0, most_lines)(random);
    for (int i = 0; i < lines; ++i) {
        text += static_cast<char>('a' + std::uniform_int_distribution(0, kinds - 1)(random));
        text += '\n';
    }
    if (!text.empty() && random() % 4 == 0) text.pop_back();
    return text;
}

}  // namespace

TEST_CASE("line changes: they lead from the one text to the other in the fewest lines") {
    std::mt19937 random(7);
    for (int i = 0; i < 3000; ++i) {
        const auto before = random_text(random, 14, 1 + i % 5);
        const auto after = random_text(random, 14, 1 + i % 5);
        CAPTURE(before, after);
        const auto a = split_lines(before);
        const auto b = split_lines(after);
        const auto changes = line_changes(a, b);
        REQUIRE(applied(a, b, changes) == after);
        REQUIRE(cost(changes) == least_cost(a, b));
    }
}

TEST_CASE("line changes: with too much work to do they are one change that is still right") {
    std::mt19937 random(11);
    for (int i = 0; i < 300; ++i) {
        const auto before = random_text(random, 30, 4);
        const auto after = random_text(random, 30, 4);
        const auto a = split_lines(before);
        const auto b = split_lines(after);
        REQUIRE(applied(a, b, line_changes(a, b, 5)) == after);
    }
    std::string big;
    std::string other;
    for (int i = 0; i < 200'000; ++i) {
        big += std::to_string(i) + "\n";
        other += std::to_string(-i) + "\n";
    }
    CHECK(line_changes(split_lines(big), split_lines(other)).size() == 1);
}

TEST_CASE("unified diff: as patch would write and read it") {
    CHECK(unified_diff("x", "a\nb\n", "a\nb\n").empty());
    CHECK(unified_diff("x", "", "").empty());
    CHECK(unified_diff("d/x", "a\nb\nc\n", "a\nB\nc\n") ==
          "--- a/d/x\n+++ b/d/x\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
    CHECK(unified_diff("x", "", "a\n") == "--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+a\n");
    CHECK(unified_diff("x", "a\n", "") == "--- a/x\n+++ b/x\n@@ -1 +0,0 @@\n-a\n");
    CHECK(unified_diff("x", "a\n", "a") ==
          "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n");
    CHECK(unified_diff("x\ny", "", "a\n").starts_with("--- a/x?y\n+++ b/x?y\n"));
}

TEST_CASE("unified diff: changes that are near share a hunk, others have their own") {
    std::string text;
    for (int i = 1; i <= 30; ++i) text += std::to_string(i) + "\n";
    const auto changed = [&](std::vector<int> lines) {
        std::string result;
        for (int i = 1; i <= 30; ++i)
            result += std::find(lines.begin(), lines.end(), i) == lines.end()
                          ? std::to_string(i) + "\n"
                          : "new\n";
        return result;
    };
    const auto hunks = [&](std::vector<int> lines) {
        const auto diff = unified_diff("x", text, changed(lines));
        std::size_t count = 0;
        for (auto at = diff.find("\n@@"); at != diff.npos; at = diff.find("\n@@", at + 1)) ++count;
        return count;
    };
    CHECK(hunks({10, 17}) == 1);
    CHECK(hunks({10, 18}) == 2);
    CHECK(hunks({1, 30}) == 2);
    CHECK(unified_diff("x", text, changed({10, 17})).find("@@ -7,14 +7,14 @@") !=
          std::string::npos);
}
