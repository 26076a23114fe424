#include "coding/text_edit.hpp"

#include "coding/line_endings.hpp"

#include <capstan/tools/workspace.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace capstan::coding;

namespace {

std::string edited(std::string_view text, std::string_view from, std::string_view to,
                   bool all = false) {
    return edit_text("f", text, from, to, all).text;
}

std::string refusal(std::string_view text, std::string_view from, std::string_view to = "new") {
    try {
        edit_text("f", text, from, to, false);
    } catch (const capstan::WorkspaceError& error) {
        return error.what();
    }
    return {};
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("edit: a unique text is replaced, and nothing else") {
    CHECK(edited("a b c", "b", "x") == "a x c");
    CHECK(edited("a\nb\n", "a\nb\n", "") == "");
    CHECK(edited("end", "end", "end\n") == "end\n");
    CHECK(edited("end\n", "end\n", "end") == "end");
    CHECK(edited("a.b", ".", "\\0$&") == "a\\0$&b");
    CHECK(edit_text("f", "1\n2\n3\n", "3", "x", false).lines == std::vector<std::size_t>{3});
}

TEST_CASE("edit: all places, if that is wished") {
    CHECK(edited("aXbXc", "X", "YY", true) == "aYYbYYc");
    CHECK(edited("aaa", "aa", "b", true) == "ba");
    CHECK(edited("x", "x", "xx", true) == "xx");
}

TEST_CASE("edit: a file with CR LF keeps it") {
    CHECK(edited("a\r\nb\r\nc\r\n", "b", "x\ny") == "a\r\nx\r\ny\r\nc\r\n");
    CHECK(edited("a\r\nb\r\nc\r\n", "a\nb\n", "x\n") == "x\r\nc\r\n");
    CHECK(edited("a\r\nb\r\nc\r\n", "a\r\nb", "x\r\ny") == "x\r\ny\r\nc\r\n");
    CHECK(edited("a\nb\nc\n", "b", "x\r\ny") == "a\nx\r\ny\nc\n");
    CHECK(edited("a\r\nb\r\nc\nd\r\n", "c\nd", "x") == "a\r\nb\r\nx\r\n");
    CHECK(with_endings_of("a\r\nb\r\n", "x\ny\n") == "x\r\ny\r\n");
    CHECK(with_endings_of("a\r\nb\r\n", "x\r\ny\n") == "x\r\ny\n");
    CHECK(with_endings_of("a\nb\n", "x\ny") == "x\ny");
    CHECK(with_endings_of("", "x\ny") == "x\ny");
    CHECK(with_crlf("\n\r\n\n") == "\r\n\r\n\r\n");
}

TEST_CASE("edit: several places are counted and named") {
    const auto words = refusal("x\ny\nx x\n", "x");
    CHECK(has(words, "3 times, in lines 1, 3, 3;"));
    CHECK(has(words, "replace_all"));
    std::string many;
    for (int i = 0; i < 30; ++i) many += "x\n";
    CHECK(has(refusal(many, "x"), "30 times"));
    CHECK(has(refusal(many, "x"), "20, ...;"));
}

TEST_CASE("edit: what is not found is answered by what is nearest") {
    const std::string text =
        "int main() {\n    int count = 0;\n    return compute(count);\n}\n";
    CHECK(has(refusal(text, "return compute(counts);"), "The most similar are line 3:"));
    CHECK(has(refusal(text, "return compute(counts);"), "     3\t    return compute(count);"));
    const auto blanks = refusal(text, "\tint count = 0;\n\treturn compute(count);\n");
    CHECK(has(blanks, "Only blanks or line breaks differ from line 2 and following:"));
    CHECK(has(refusal(text, "~~~~ unlike ~~~~"), "No lines are much like it"));
    CHECK(has(refusal("", "x"), "No lines"));
    CHECK(has(refusal(text, "\n\n\n\n\n\n"), "does not have old_text"));
}

TEST_CASE("edit: senseless requests are refused with the reason") {
    CHECK(has(refusal("x", ""), "write_file"));
    CHECK(has(refusal("x", "x", "x"), "the same"));
}
