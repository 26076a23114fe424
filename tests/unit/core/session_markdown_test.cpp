#include "session/session_markdown.hpp"

#include <capstan/json.hpp>

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <vector>

using namespace capstan::detail;

namespace {

/// As Markdown takes lines apart: at "\n", "\r" and "\r\n".
std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines(1);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
        if (text[i] == '\n' || text[i] == '\r') {
            lines.emplace_back();
        } else {
            lines.back() += text[i];
        }
    }
    return lines;
}

/// CommonMark 4.5: at most three blanks, at least so many backticks, then blanks only.
bool closes(std::string line, std::size_t fence) {
    const auto indent = line.find_first_not_of(' ');
    if (indent == std::string::npos || indent > 3) return false;
    line.erase(0, indent);
    const auto ticks = std::min(line.find_first_not_of('`'), line.size());
    return ticks >= fence && line.find_first_not_of(" \t", ticks) == std::string::npos;
}

std::string hostile(std::mt19937& random) {
    static const std::vector<std::string> pieces = {
        "`", "``", "```", "````", "~~~", "\n", "\r", "\r\n", " ", "    ", ">", "<!--", "</details>",
        "# ", "- ", "a", "|", "\\", "ü", "\xff", "[x]: y", "\t"};
    std::string text;
    for (auto n = random() % 30; n > 0; --n) text += pieces[random() % pieces.size()];
    return text;
}

}  // namespace

TEST_CASE("no text ends its fenced block") {
    std::mt19937 random(11);
    for (int round = 0; round < 20'000; ++round) {
        const auto lines = lines_of(markdown_block(hostile(random), "json"));
        REQUIRE(lines.size() >= 4);  // the last one is empty, behind the end of the block's line
        const auto fence = lines[0].find('j');
        REQUIRE(lines[0] == std::string(fence, '`') + "json");
        for (std::size_t i = 1; i + 2 < lines.size(); ++i) REQUIRE_FALSE(closes(lines[i], fence));
        REQUIRE(closes(lines[lines.size() - 2], fence));
        REQUIRE(lines.back().empty());
    }
}

TEST_CASE("no text leaves its quotation") {
    std::mt19937 random(12);
    for (int round = 0; round < 20'000; ++round) {
        auto lines = lines_of(markdown_quote(hostile(random)));
        REQUIRE(lines.back().empty());
        lines.pop_back();
        for (const auto& line : lines) REQUIRE(line.starts_with('>'));
    }
}

TEST_CASE("no text ends its code within a line, or the line") {
    std::mt19937 random(13);
    for (int round = 0; round < 20'000; ++round) {
        const auto code = markdown_code(hostile(random));
        REQUIRE(lines_of(code).size() == 1);
        const auto ticks = code.find_first_not_of('`');
        REQUIRE(ticks != std::string::npos);
        const std::string fence(ticks, '`');
        REQUIRE(code.ends_with(fence));
        const auto inner = code.substr(ticks, code.size() - 2 * ticks);
        REQUIRE_FALSE(inner.starts_with('`'));
        REQUIRE_FALSE(inner.ends_with('`'));
        REQUIRE(inner.find(fence) == std::string::npos);
    }
}

TEST_CASE("plain text has no Markdown and no HTML") {
    CHECK(markdown_text("a *b* <c> `d`\n# e") == R"(a \*b\* \<c\> \`d\` \# e)");
}

TEST_CASE("a long text loses its middle and keeps whole characters") {
    CHECK(head_and_tail("short", 5) == "short");
    const auto cut = head_and_tail(std::string(1'000, 'a') + std::string(1'000, 'z'), 300);
    CHECK(cut.starts_with(std::string(200, 'a') + "\n[... 1700 bytes left out ...]\n"));
    CHECK(cut.ends_with("\n" + std::string(100, 'z')));
    std::string text;
    for (int i = 0; i < 100; ++i) text += "€";
    for (std::size_t max = 0; max < 300; ++max) CHECK(capstan::is_valid_utf8(head_and_tail(text, max)));
}
