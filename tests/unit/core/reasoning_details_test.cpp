#include <capstan/reasoning_details.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace capstan;

namespace {

struct Case {
    const char* name;
    std::vector<std::string> deltas;  ///< each the array of one delta
    std::string merged;
};

std::string merge(const std::vector<std::string>& deltas) {
    ReasoningDetailsMerger merger;
    for (const std::string& delta : deltas) merger.add(parse_json(delta).as_array());
    return to_json_text(merger.merged());
}

/// A text entry of index 0.
std::string text(const std::string& value) {
    return R"({"type":"reasoning.text","text":")" + value + R"(","index":0})";
}

}  // namespace

TEST_CASE("reasoning details are merged as wire reference 6.3 says") {
    const std::vector<Case> cases = {
        {"fragments of one block are one entry",
         {"[" + text("a") + "]", "[" + text("b") + "," + text("c") + "]"},
         "[" + text("abc") + "]"},
        {"pitfall 9: another index is another block",
         {R"([{"type":"reasoning.text","text":"a","index":0}])",
          R"([{"type":"reasoning.text","text":"b","index":1}])"},
         R"([{"type":"reasoning.text","text":"a","index":0},)"
         R"({"type":"reasoning.text","text":"b","index":1}])"},
        {"pitfall 9: OpenAI sends index 0 for everything, the types tell",
         {R"([{"type":"reasoning.summary","summary":"a","index":0}])",
          R"([{"type":"reasoning.summary","summary":"b","index":0}])",
          R"([{"type":"reasoning.encrypted","data":"X","id":"rs_1","index":0}])",
          R"([{"type":"reasoning.summary","summary":"c","index":0}])",
          R"([{"type":"reasoning.encrypted","data":"Y","id":"rs_2","index":0}])"},
         R"([{"type":"reasoning.summary","summary":"ab","index":0},)"
         R"({"type":"reasoning.encrypted","data":"X","id":"rs_1","index":0},)"
         R"({"type":"reasoning.summary","summary":"c","index":0},)"
         R"({"type":"reasoning.encrypted","data":"Y","id":"rs_2","index":0}])"},
        {"pitfall 10: a late signature belongs to the unsigned text before it",
         {"[" + text("a") + "]", R"([{"type":"reasoning.encrypted","data":"X"}])",
          R"([{"type":"reasoning.text","signature":"s","index":0}])"},
         R"([{"type":"reasoning.text","text":"a","index":0,"signature":"s"},)"
         R"({"type":"reasoning.encrypted","data":"X"}])"},
        {"a signature with null or empty text is a lone signature too",
         {"[" + text("a") + "]",
          R"([{"type":"reasoning.text","text":null,"signature":"s","index":0}])"},
         R"([{"type":"reasoning.text","text":"a","index":0,"signature":"s"}])"},
        {"a signature goes to its own index",
         {R"([{"type":"reasoning.text","text":"a","index":0},)"
          R"({"type":"reasoning.text","text":"b","index":1}])",
          R"([{"type":"reasoning.text","signature":"s","index":0}])"},
         R"([{"type":"reasoning.text","text":"a","index":0,"signature":"s"},)"
         R"({"type":"reasoning.text","text":"b","index":1}])"},
        {"a signature without index goes to the latest unsigned text",
         {R"([{"type":"reasoning.text","text":"a","index":0},)"
          R"({"type":"reasoning.text","text":"b","index":1}])",
          R"([{"type":"reasoning.text","text":"","signature":"s"}])"},
         R"([{"type":"reasoning.text","text":"a","index":0},)"
         R"({"type":"reasoning.text","text":"b","index":1,"signature":"s"}])"},
        {"a signature without a text stays an entry",
         {R"([{"type":"reasoning.text","signature":"s","index":0}])"},
         R"([{"type":"reasoning.text","signature":"s","index":0}])"},
        {"user problem 3: interleaved thinking, the signed block is closed",
         {"[" + text("a") + "]", R"([{"type":"reasoning.text","signature":"s","index":0}])",
          "[" + text("b") + "]", R"([{"type":"reasoning.text","signature":"t","index":0}])"},
         R"([{"type":"reasoning.text","text":"a","index":0,"signature":"s"},)"
         R"({"type":"reasoning.text","text":"b","index":0,"signature":"t"}])"},
        {"an empty opener with an empty signature is filled",
         {R"([{"type":"reasoning.text","text":"","signature":"","format":"f","index":0}])",
          "[" + text("a") + "]", R"([{"type":"reasoning.text","signature":"s","index":0}])"},
         R"([{"type":"reasoning.text","text":"a","signature":"s","format":"f","index":0}])"},
        {"text and signature in one fragment extend and close",
         {"[" + text("a") + "]",
          R"([{"type":"reasoning.text","text":"b","signature":"s","index":0}])",
          "[" + text("c") + "]"},
         R"([{"type":"reasoning.text","text":"ab","index":0,"signature":"s"},)" + text("c") + "]"},
        {"pitfall 11: data is never joined",
         {R"([{"type":"reasoning.encrypted","data":"X","index":0}])",
          R"([{"type":"reasoning.encrypted","data":"Y","index":0}])"},
         R"([{"type":"reasoning.encrypted","data":"X","index":0},)"
         R"({"type":"reasoning.encrypted","data":"Y","index":0}])"},
        {"pitfall 12, user problem 6: a repeated encrypted entry is kept once",
         {R"([{"type":"reasoning.encrypted","data":"X","id":"rs_1","index":0}])",
          R"([{"type":"reasoning.encrypted","data":"Y"}])",
          R"([{"type":"reasoning.encrypted","data":"X","id":"rs_1","index":0}])"},
         R"([{"type":"reasoning.encrypted","data":"X","id":"rs_1","index":0},)"
         R"({"type":"reasoning.encrypted","data":"Y"}])"},
        {"pitfall 15: Gemini's encrypted entry with a tool call's id is kept as it is",
         {"[" + text("a") + "]",
          R"([{"type":"reasoning.encrypted","data":"X","id":"tool_a_1","format":"google-gemini-v1"}])"},
         "[" + text("a") +
             R"(,{"type":"reasoning.encrypted","data":"X","id":"tool_a_1","format":"google-gemini-v1"}])"},
        {"user problem 1: an encrypted entry without data is corrupt",
         {R"([{"type":"reasoning.encrypted","id":"x"},{"type":"reasoning.encrypted","data":null}])"},
         "[]"},
        {"pitfall 17: unknown types survive verbatim and once",
         {R"([{"type":"reasoning.server_tool_call","tool_name":"w","result":[1,{"a":null}]}])",
          R"([{"z":1,"type":"new"}])", R"([{"z":1,"type":"new"}])"},
         R"([{"type":"reasoning.server_tool_call","tool_name":"w","result":[1,{"a":null}]},)"
         R"({"z":1,"type":"new"}])"},
        {"first known id and format win, of unknown keys the last",
         {R"([{"type":"reasoning.text","text":"a","format":null,"x":1}])",
          R"([{"type":"reasoning.text","text":"b","format":"f","id":"i","x":2}])",
          R"([{"type":"reasoning.text","text":"c","format":"g","x":3,"y":{}}])"},
         R"([{"type":"reasoning.text","text":"abc","format":"f","x":3,"id":"i","y":{}}])"},
        {"pitfall 11: no null keys are invented",
         {R"([{"type":"reasoning.text","text":"a"}])",
          R"([{"type":"reasoning.text","text":"b","id":null,"format":null}])"},
         R"([{"type":"reasoning.text","text":"ab"}])"},
        {"different ids are different blocks",
         {R"([{"type":"reasoning.summary","summary":"a","id":"1"}])",
          R"([{"type":"reasoning.summary","summary":"b","id":"2"}])"},
         R"([{"type":"reasoning.summary","summary":"a","id":"1"},)"
         R"({"type":"reasoning.summary","summary":"b","id":"2"}])"},
        {"a missing index joins, whatever the size of the delta",
         {R"([{"type":"reasoning.text","text":"a"},{"type":"reasoning.text","text":"b"}])",
          R"([{"type":"reasoning.text","text":"c","index":4}])"},
         R"([{"type":"reasoning.text","text":"abc","index":4}])"},
        {"white space is not trimmed", {"[" + text(" a ") + "]", "[" + text("\\n") + "]"},
         "[" + text(" a \\n") + "]"},
        {"what is no object is left out", {R"([null,"x",[],)" + text("a") + "]"},
         "[" + text("a") + "]"},
        {"an emoji cut in half is whole again", {R"([{"type":"reasoning.text","text":"\ud83d"}])",
          R"([{"type":"reasoning.text","text":"\ude42"}])"},
         R"([{"type":"reasoning.text","text":")" "\xF0\x9F\x99\x82" R"("}])"},
    };
    for (const Case& test : cases) {
        INFO(test.name);
        CHECK(merge(test.deltas) == test.merged);
    }
}

TEST_CASE("pitfall 17: an empty array is present") {
    ReasoningDetailsMerger merger;
    CHECK(!merger.present());
    merger.add(json::array());
    CHECK(merger.present());
    CHECK(merger.merged().empty());
}

TEST_CASE("pitfall 16: only text and summaries are displayed") {
    const auto details = parse_json(
        R"([{"type":"reasoning.text","text":"a"},{"type":"reasoning.encrypted","data":"X"},)"
        R"({"type":"reasoning.summary","summary":"b"},{"type":"reasoning.text","text":"[REDACTED]"},)"
        R"({"type":"reasoning.server_tool_call","result":"c"},{"type":"reasoning.text","text":null},7])");
    CHECK(displayable_reasoning(details.as_array()) == "ab");
}

TEST_CASE("pitfall 8: many fragments cost no more than their sum") {
    ReasoningDetailsMerger merger;
    const auto fragment = parse_json("[" + text("0123456789") + "]");
    const auto opaque = parse_json(R"([{"type":"x","n":1}])");
    for (int i = 0; i < 50'000; ++i) merger.add(fragment.as_array());
    for (int i = 0; i < 50'000; ++i) merger.add(opaque.as_array());
    REQUIRE(merger.merged().size() == 2);
    CHECK(merger.merged()[0].at("text").as_string().size() == 500'000);
    CHECK(merger.take().size() == 2);
    CHECK(!merger.present());
}
