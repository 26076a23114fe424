#include <capstan/json.hpp>
#include <capstan/text_joiner.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace capstan;

namespace {

const std::string smile = "\xF0\x9F\x99\x82";
const std::string high = "\xED\xA0\xBD";  // \ud83d as WTF-8
const std::string low = "\xED\xB9\x82";   // \ude42
const std::string unknown = "\xEF\xBF\xBD";

}  // namespace

TEST_CASE("whole texts go through as they are") {
    TextJoiner joiner;
    CHECK(joiner.join("abc") == "abc");
    CHECK(joiner.join(smile) == smile);
    CHECK(joiner.flush().empty());
}

TEST_CASE("halves of a character are joined") {
    TextJoiner joiner;
    CHECK(joiner.join("a" + high) == "a");
    CHECK(joiner.holds_back());
    CHECK(joiner.join(low + "b") == smile + "b");
    CHECK(joiner.flush().empty());
}

TEST_CASE("a half without its partner becomes U+FFFD") {
    TextJoiner joiner;
    CHECK(joiner.join(low + "a") == unknown + "a");
    CHECK(joiner.join(high).empty());
    CHECK(joiner.join("b") == unknown + "b");
    CHECK(joiner.join(high).empty());
    CHECK(joiner.join(high).substr(0, 3) == unknown);
    CHECK(joiner.flush() == unknown);
    CHECK(joiner.flush().empty());
}

TEST_CASE("a text cut at any byte is joined") {
    const std::string text = "a\xC3\xA4\xE2\x82\xAC" + smile + "z";
    TextJoiner joiner;
    std::string out;
    for (const char byte : text) {
        out += joiner.join(std::string_view(&byte, 1));
        REQUIRE(is_valid_utf8(out));
    }
    CHECK(out == text);
}

TEST_CASE("bytes that are not UTF-8 become U+FFFD") {
    TextJoiner joiner;
    CHECK(joiner.join("a\xFF") == "a" + unknown);
    CHECK(joiner.join("\x80") == unknown);
    CHECK(joiner.join("b\xF0\x9F") == "b");
    CHECK(is_valid_utf8(joiner.flush()));
}
