// The pure parts of the executor.
#include "agent/active_clock.hpp"
#include "agent/call_check.hpp"
#include "agent/structured_output.hpp"
#include "agent/tool_result_limit.hpp"

#include <capstan/detail/nearest_names.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>


using namespace capstan;
using namespace capstan::detail;
using namespace std::chrono_literals;

TEST_CASE("a text without its middle keeps its ends and is UTF-8, wherever it is cut") {
    std::string text;
    for (int i = 0; i < 40; ++i) text += i % 3 == 0 ? "a" : i % 3 == 1 ? "ü" : "😂";
    for (std::size_t most = 0; most <= text.size() + 1; ++most) {
        CAPTURE(most);
        const auto cut = without_middle(text, most, "[cut]");
        CHECK(is_valid_utf8(cut));
        if (most >= text.size()) {
            CHECK(cut == text);
            continue;
        }
        const auto note = cut.find("[cut]");
        REQUIRE(note != std::string::npos);
        const auto head = cut.substr(0, note == 0 ? 0 : note - 1);
        const auto tail = note + 5 == cut.size() ? "" : cut.substr(note + 6);
        CHECK(text.starts_with(head));
        CHECK(text.ends_with(tail));
        CHECK(head.size() + tail.size() <= most);
        CHECK(head.size() + tail.size() + 8 >= most);
    }
}

TEST_CASE("bytes that are no UTF-8 are cut, too") {
    const std::string text(100, '\x80');
    CHECK(without_middle(text, 30, "[cut]").size() == 30 + 7);
}

TEST_CASE("the texts of a result share the limit, and images are left alone") {
    std::vector<ContentPart> parts;
    parts.emplace_back(TextPart(std::string(1'000, 'a')));
    parts.emplace_back(ImagePart("data:image/png;base64," + std::string(5'000, 'A')));
    parts.emplace_back(TextPart(std::string(3'000, 'b')));

    const auto limited = limit_result(Content(parts), 400, {}, "x");

    const auto& left = std::get<std::vector<ContentPart>>(limited.content);
    REQUIRE(left.size() == 3);
    CHECK(std::get<TextPart>(left[0]).text.size() < 200);
    CHECK(std::get<ImagePart>(left[1]).url.size() > 5'000);
    CHECK(std::get<TextPart>(left[2]).text.size() < 400);
    CHECK(std::get<TextPart>(left[2]).text.size() > 300);
    CHECK(limited.spilled_to.empty());
}

TEST_CASE("a result of the limit's size is whole, and zero is no limit") {
    const Content content(std::string(100, 'x'));
    CHECK(std::get<std::string>(limit_result(content, 100, {}, "x").content).size() == 100);
    CHECK(std::get<std::string>(limit_result(content, 0, {}, "x").content).size() == 100);
    CHECK(std::get<std::string>(limit_result(content, 99, {}, "x").content).size() > 100);
}

TEST_CASE("a directory that cannot be written costs the whole, not the result") {
    const auto limited = limit_result(Content(std::string(100, 'x')), 10, "/proc/none", "x");
    CHECK(limited.spilled_to.empty());
    CHECK(std::get<std::string>(limited.content).find("could not be kept") != std::string::npos);
}

TEST_CASE("the nearest names come first") {
    const std::vector<std::string> names = {"write_file", "list", "read_file", "Grep"};
    CHECK(nearest_names("readfile", names).front() == "read_file");
    CHECK(nearest_names("grep", names).front() == "Grep");
    CHECK(nearest_names("", {"bb", "a", "cc"}) == std::vector<std::string>{"a", "bb", "cc"});
    CHECK(nearest_names(std::string(100'000, 'x'), names).size() == 4);
    CHECK(nearest_names("x", {}).empty());
}

TEST_CASE("a name that was likely meant is near, and there may be none") {
    const std::vector<std::string> names = {"write_file", "list", "read_file"};
    CHECK(likely_name("raed_file", names) == "read_file");
    CHECK(likely_name("LIST", names) == "list");
    CHECK(likely_name("delete", names) == std::nullopt);
    CHECK(likely_name("", names) == std::nullopt);
    CHECK(likely_name("list", {}) == std::nullopt);
}

TEST_CASE("arguments are an object, and none at all are an empty one") {
    CHECK(parse_arguments("").value == json::object());
    CHECK(parse_arguments(" \n").value == json::object());
    CHECK(parse_arguments(R"({"a":1})").value.at("a") == 1);
    for (const auto* text : {"[]", "1", "null", "\"x\"", "{", "{}}", "{'a':1}", "\xff"}) {
        CAPTURE(text);
        CHECK(!parse_arguments(text).fault.empty());
    }
}

TEST_CASE("the clock stands still while it is told to") {
    const ActiveClock::Time start;
    ActiveClock clock(5s, start);
    CHECK(clock.value(start + 1s) == 6s);
    clock.set_active(false, start + 2s);
    CHECK(clock.value(start + 10s) == 7s);
    clock.set_active(false, start + 11s);
    clock.set_active(true, start + 20s);
    CHECK(clock.value(start + 20s) == 7s);
    CHECK(clock.value(start + 21s) == 8s);
    // Told late: a time before the last change takes nothing back.
    clock.set_active(false, start + 19s);
    CHECK(clock.value(start + 30s) == 7s);
}

TEST_CASE("a schema that is no object is wrapped, its definitions staying at the root") {
    auto schema = parse_json(R"({"type": "array", "items": {"$ref": "#/$defs/item"},
        "$defs": {"item": {"type": "integer"}}})").as_object();
    const AnswerShape shape(schema, {});
    CHECK(shape.schema().at("type") == "object");
    CHECK(shape.schema().contains("$defs"));
    CHECK(shape.read(parse_json(R"({"value": [1, 2]})")).value == parse_json("[1, 2]"));
    CHECK(!shape.read(parse_json(R"({"value": ["x"]})")).fault.empty());
    CHECK(!shape.read(parse_json("[1, 2]")).fault.empty());
    CHECK(!shape.read(parse_json(R"({"value": [1], "more": 2})")).fault.empty());
}

TEST_CASE("an answer is read from plain and fenced texts") {
    auto schema = parse_json(R"({"type": "object", "properties": {"a": {"type": "integer"}}})");
    const AnswerShape shape(schema.as_object(), [](const json::value& value) {
        if (value.at("a") == 13) throw std::runtime_error("not thirteen");
        return std::string();
    });
    const auto text = GENERATE(as<std::string>(), R"({"a":1})", "  {\"a\":1}\n",
                               "```json\n{\"a\":1}\n```", "```\n{\"a\":1}```\n");
    CAPTURE(text);
    CHECK(shape.read_text(text).value == parse_json(R"({"a":1})"));
    CHECK(shape.read_text("Here: {\"a\":1}").fault.find("JSON") != std::string::npos);
    CHECK(shape.read_text("``````").fault.find("JSON") != std::string::npos);
    CHECK(shape.read_text("").fault.find("JSON") != std::string::npos);
    CHECK(shape.read_text(R"({"a":13})").fault == "not thirteen");
}
