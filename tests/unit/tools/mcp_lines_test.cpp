#include "mcp/mcp_lines.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace capstan::mcp;

namespace {

std::vector<std::string> split(LineSplitter& lines, const std::string& text, std::size_t piece) {
    std::vector<std::string> result;
    std::string line;
    for (std::size_t at = 0; at < text.size(); at += piece) {
        lines.feed(std::string_view(text).substr(at, piece));
        while (lines.next(line)) result.push_back(line);
    }
    return result;
}

}  // namespace

TEST_CASE("Lines come out the same however the bytes are cut") {
    const std::string text = "one\n\ntwo\r\n\r\n three \nlast without end";
    const std::vector<std::string> expected = {"one", "two", " three "};
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        LineSplitter lines;
        CHECK(split(lines, text, piece) == expected);
        CHECK(lines.dropped() == 0);
    }
}

TEST_CASE("A line that is too long is dropped whole, and known before it ends") {
    const std::string text = "short\n" + std::string(50, 'x') + "\nafter\n";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        LineSplitter lines(10);
        CHECK(split(lines, text, piece) == std::vector<std::string>{"short", "after"});
        CHECK(lines.dropped() == 1);
    }
    LineSplitter lines(10);
    CHECK(split(lines, std::string(1000, 'x'), 7).empty());
    CHECK(lines.dropped() == 1);
    LineSplitter exact(10);
    CHECK(split(exact, std::string(10, 'x') + "\n", 3).size() == 1);
}

TEST_CASE("The tail of a text keeps its last bytes from the start of a line on") {
    TextTail tail(20);
    CHECK(tail.text().empty());
    tail.add("\n  a\n");
    CHECK(tail.text() == "a");
    for (int i = 0; i < 100; ++i) tail.add("line " + std::to_string(i) + "\n");
    CHECK(tail.text() == "line 98\nline 99");
    TextTail one(10);
    one.add(std::string(100, 'x'));
    CHECK(one.text() == std::string(10, 'x'));
    TextTail cut(2);
    cut.add("z\xc3\xbc\xc3");  // the last character is not complete
    CHECK(cut.text() == "\xef\xbf\xbd\xef\xbf\xbd");
}
