#include <capstan/json.hpp>

#include <boost/system/system_error.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>

using namespace capstan;
using namespace std::string_literals;

namespace {

std::string rewritten(std::string_view text) { return to_json_text(parse_json(text)); }

double number(std::string_view text) { return parse_json(text).as_double(); }

}  // namespace

TEST_CASE("JSON: members keep their order and text has no white space") {
    CHECK(rewritten(" { \"b\" : [ 1 , true , null ] ,\n\"a\": {} , \"c\":[] } ") ==
          R"({"b":[1,true,null],"a":{},"c":[]})");
    CHECK(rewritten("\"x\"") == "\"x\"");
}

TEST_CASE("JSON: what is not one document is refused") {
    for (const char* text :
         {"", " ", "{", "[1,]", "1 2", "{\"a\" 1}", "nul", "\"\n\"", "01", "\\ud83d"}) {
        CAPTURE(text);
        CHECK_FALSE(try_parse_json(text));
        CHECK_THROWS_AS(parse_json(text), boost::system::system_error);
    }
}

TEST_CASE("JSON: numbers are written shortest and read back as they were") {
    for (const char* text :
         {"0.7", "1e-9", "3.0", "-0.0", "0.00014199999", "1e23", "5e-324", "1.7976931348623157e308",
          "0.30000000000000004", "-1.5e-7", "100000.0", "9007199254740991.0", "1e16", "1.5", "-7",
          "0", "9223372036854775807", "-9223372036854775808", "18446744073709551615",
          "123456789.125"}) {
        CHECK(rewritten(text) == text);
    }
    CHECK(rewritten("1E0") == "1.0");
    CHECK(rewritten("100E-2") == "1.0");
    CHECK(rewritten("0.0001") == "1e-4");
    CHECK(rewritten("0.00012") == "0.00012");
}

TEST_CASE("JSON: doubles are rounded correctly, unlike by Boost 1.81") {
    std::mt19937_64 random(1);
    for (int i = 0; i < 20'000; ++i) {
        const auto bits = random();
        double value = 0;
        std::memcpy(&value, &bits, sizeof value);
        if (!(std::abs(value) <= std::numeric_limits<double>::max())) continue;
        const std::string text = to_json_text(value);
        const auto parsed = number(text);
        if (std::memcmp(&parsed, &value, sizeof value) != 0) FAIL(text);
    }
    CHECK(number("0.000014199999999999998") == 0.000014199999999999998);
    CHECK(number("9007199254740993.0") == 9007199254740992.0);
}

TEST_CASE("JSON: numbers beyond the integers become doubles, beyond the doubles the largest") {
    CHECK(number("18446744073709551616") == 0x1p64);
    CHECK(number("-9223372036854775809") == -0x1p63);
    CHECK(number("1e400") == std::numeric_limits<double>::max());
    CHECK(number("-1e400") == std::numeric_limits<double>::lowest());
    CHECK(number("1e-400") == 0);
    CHECK(number(std::string(400, '9')) == std::numeric_limits<double>::max());
    CHECK(number("0." + std::string(400, '0') + "1") == 0);
    CHECK(parse_json("18446744073709551615").is_uint64());
    CHECK(parse_json("9223372036854775807").is_int64());
}

TEST_CASE("JSON: numbers that no JSON has are written as null") {
    CHECK(to_json_text(std::numeric_limits<double>::quiet_NaN()) == "null");
    CHECK(to_json_text(-std::numeric_limits<double>::infinity()) == "null");
}

TEST_CASE("JSON: 256 levels of nesting are read, more are refused") {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    CHECK(rewritten(nested(256)) == nested(256));
    CHECK_FALSE(try_parse_json(nested(257)));
    CHECK_FALSE(try_parse_json(std::string(1'000'000, '[')));
}

TEST_CASE("pitfall: an emoji cut in half between two deltas is kept in halves") {
    CHECK(parse_json(R"("\ud83d")").as_string() == "\xED\xA0\xBD");
    CHECK(parse_json(R"("\uDE42 x")").as_string() == "\xED\xB9\x82 x");
    CHECK(parse_json(R"({"\ud83d":"a\ud83db"})").as_object().contains("\xED\xA0\xBD"));
    CHECK(parse_json(R"("\ud83d\ude42")").as_string() == "\xF0\x9F\x99\x82");
    CHECK(parse_json(R"("\ud83d\ud83d\ude42")").as_string() == "\xED\xA0\xBD\xF0\x9F\x99\x82");
    CHECK(parse_json(R"("\ude42\ud83d")").as_string() == "\xED\xB9\x82\xED\xA0\xBD");
    CHECK(parse_json(R"("\ud83d\n\u00e4\\ud83d")").as_string() == "\xED\xA0\xBD\n\xC3\xA4\\ud83d");
    CHECK(parse_json(R"("\\\ud83d")").as_string() == "\\\xED\xA0\xBD");
    CHECK_FALSE(try_parse_json(R"("\ud83")"));
    CHECK_FALSE(try_parse_json(R"("\ud8-1")"));
    // Behind each other again, they are one character.
    CHECK(to_json_text("\xED\xA0\xBD\xED\xB9\x82") == "\"\xF0\x9F\x99\x82\"");
}

TEST_CASE("JSON: strings are escaped as little as possible") {
    CHECK(to_json_text("a\"b\\c/d\b\f\n\r\t\x01\x1f\x7f") ==
          "\"a\\\"b\\\\c/d\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
    CHECK(to_json_text(json::string("\0"s)) == "\"\\u0000\"");
    const std::string text = "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x99\x82";
    CHECK(to_json_text(json::string(text)) == '"' + text + '"');
}

TEST_CASE("JSON: each special byte is found at each place of a long string") {
    for (const char* special :
         {"\"", "\\", "\n", "\x1f", "\xC3\xA4", "\xE2\x82\xAC", "\xFF", "\xED\xA0\xBD"}) {
        for (std::size_t size = 0; size < 40; ++size) {
            for (std::size_t at = 0; at <= size; ++at) {
                std::string text(size, 'x');
                text.insert(at, special);
                const std::string repaired = to_valid_utf8(text);
                const std::string literal = to_json_text(json::string(text));
                if (parse_json(literal).as_string() != repaired) FAIL(text);
            }
        }
    }
}

TEST_CASE("robustness: bytes that are not UTF-8 are read, and written as U+FFFD") {
    const std::string mark = "\xEF\xBF\xBD";
    CHECK(parse_json("\"a\xFFz\"").as_string() == "a\xFFz");
    CHECK(rewritten("\"a\xFFz\"") == "\"a" + mark + "z\"");
    CHECK(to_valid_utf8("\xE2\x82") == mark);
    CHECK(to_valid_utf8("\xE2\x82x") == mark + "x");
    CHECK(to_valid_utf8("\xF0\x9F\x99\xC3\xA4") == mark + "\xC3\xA4");
    CHECK(to_valid_utf8("\xC0\xAF") == mark + mark);
    CHECK(to_valid_utf8("\xE0\x80\x80") == mark + mark + mark);
    CHECK(to_valid_utf8("\xF4\x90\x80\x80") == mark + mark + mark + mark);
    CHECK(to_valid_utf8("\xED\xA0\xBD-") == mark + "-");
    CHECK(to_valid_utf8("\xED\xB9\x82\xED\xA0\xBD") == mark + mark);
    CHECK(to_valid_utf8("\x80") == mark);
}

TEST_CASE("JSON: is_valid_utf8 knows the limits of every length") {
    for (const char* text :
         {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
          "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
        CHECK(is_valid_utf8(text));
        CHECK(to_valid_utf8(text) == text);
    }
    for (const char* text :
         {"\x80", "\xC1\xBF", "\xC2", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xEF\xBF",
          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
        CHECK_FALSE(is_valid_utf8(text));
        CHECK(is_valid_utf8(to_valid_utf8(text)));
    }
}

TEST_CASE("JSON: random bytes become a string that is valid and reads back") {
    std::mt19937 random(3);
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (auto n = random() % 20; n > 0; --n) {
            static constexpr unsigned char telling[] = {
                0xED, 0xA0, 0xBD, 0xB9, 0x82, 0xE2, 0xC3, 0xF0,
                0x9F, '"',  '\\', 'u',  'a',  0x00, 0xFF, 0xE0};
            text += static_cast<char>(random() % 4 != 0 ? telling[random() % 16] : random() % 256);
        }
        std::string literal;
        append_json_string(literal, text);
        if (!is_valid_utf8(literal)) FAIL(literal);
        if (json::parse(literal).as_string() != to_valid_utf8(text)) FAIL(literal);
    }
}

TEST_CASE("JSON: appending keeps what is there") {
    std::string out = "x";
    append_json_text(out, json::object{{"a", 1}});
    append_json_text(out, json::array{1, "b"});
    append_json_text(out, json::value(nullptr));
    append_json_string(out, "q");
    CHECK(out == "x{\"a\":1}[1,\"b\"]null\"q\"");
}

TEST_CASE("pitfall: lenient readers take floats for ints and ints for floats, nothing else") {
    const json::value document = parse_json(
        R"({"i":7,"f":7.0,"h":7.5,"big":18446744073709551615,"huge":1e300,"s":"7","n":null,"t":true,
            "o":{},"a":[],"edge":9223372036854775808.0,"low":-9223372036854775808.0})");
    const json::object& object = document.as_object();
    CHECK(find_int(object, "i") == 7);
    CHECK(find_int(object, "f") == 7);
    CHECK_FALSE(find_int(object, "h"));
    CHECK_FALSE(find_int(object, "big"));
    CHECK_FALSE(find_int(object, "huge"));
    CHECK_FALSE(find_int(object, "edge"));
    CHECK(find_int(object, "low") == INT64_MIN);
    CHECK_FALSE(find_int(object, "s"));
    CHECK_FALSE(find_int(object, "t"));
    CHECK_FALSE(find_int(object, "n"));
    CHECK_FALSE(find_int(object, "absent"));
    CHECK(as_int(json::value(std::uint64_t{7})) == 7);
    CHECK(find_number(object, "i") == 7.0);
    CHECK(find_number(object, "h") == 7.5);
    CHECK(find_number(object, "big") == 0x1p64);
    CHECK_FALSE(find_number(object, "s"));
    CHECK(find_string(object, "s") == "7");
    CHECK_FALSE(find_string(object, "i"));
    CHECK(find_bool(object, "t") == true);
    CHECK_FALSE(find_bool(object, "i"));
    CHECK(find(object, "i") != nullptr);
    CHECK(find(object, "n") == nullptr);
    CHECK(find(object, "absent") == nullptr);
    CHECK(find_object(object, "o") != nullptr);
    CHECK(find_object(object, "a") == nullptr);
    CHECK(find_array(object, "a") != nullptr);
    CHECK(find_array(object, "n") == nullptr);
}
