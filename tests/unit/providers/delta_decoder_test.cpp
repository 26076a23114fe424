#include "chat/chat_decoder.hpp"
#include "chunk_text.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace capstan;

namespace {

struct Case {
    const char* name;
    std::vector<std::string> deltas;
    std::string chunks;
};

/// The chunks of a stream with these deltas.
std::string decode(const std::vector<std::string>& deltas, bool hide_reasoning = false) {
    ChatDecoder decoder(hide_reasoning);
    std::vector<StreamChunk> out;
    for (const std::string& delta : deltas) {
        decoder.decode_event(R"({"choices":[{"index":0,"delta":)" + delta + "}]}", out);
    }
    decoder.finish(out);
    return chunk_text(out);
}

void check(const std::vector<Case>& cases) {
    for (const Case& test : cases) {
        INFO(test.name);
        CHECK(decode(test.deltas) == test.chunks);
    }
}

const std::string smile = "\xF0\x9F\x99\x82";
const std::string unknown = "\xEF\xBF\xBD";

}  // namespace

TEST_CASE("every shape of content") {
    check({
        {"text", {R"({"content":"a"})", R"({"content":"b"})"}, "T(a) T(b)"},
        {"role repeated, content null or empty",
         {R"({"role":"assistant","content":""})", R"({"role":"assistant","content":null})",
          R"({"role":"assistant","content":"a"})"},
         "T(a)"},
        {"null and empty deltas", {"null", "{}", R"({"content":"a"})"}, "T(a)"},
        {"content as parts",
         {R"({"content":[{"type":"text","text":"a"},{"type":"text","text":""},"b",7,null]})"},
         "T(a) T(b)"},
        {"content as one part", {R"({"content":{"type":"text","text":"a"}})"}, "T(a)"},
        {"content of a senseless kind", {R"({"content":7})", R"({"content":true})"}, ""},
        {"thinking among the parts",
         {R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"t"}]}]})",
          R"({"content":[{"type":"thinking","thinking":"u"},{"type":"text","text":"a"}]})"},
         "R(t//) R(u//) T(a)"},
        {"an image among the parts",
         {R"({"content":[{"type":"image_url","image_url":{"url":"u"}}]})"},
         R"(X(images=[{"type":"image_url","image_url":{"url":"u"}}]))"},
    });
}

TEST_CASE("an emoji cut in half by two deltas of one field is joined") {
    check({
        {"content", {R"({"content":"a\ud83d"})", R"({"content":"\ude42b"})"},
         "T(a) T(" + smile + "b)"},
        {"other deltas between the halves",
         {R"({"content":"\ud83d"})", R"({"content":""})", R"({"reasoning":"r"})",
          R"({"content":"\ude42"})"},
         "R(r//) T(" + smile + ")"},
        {"reasoning", {R"({"reasoning":"\ud83d"})", R"({"reasoning":"\ude42"})"},
         "R(" + smile + "//)"},
        {"the arguments of each call by themselves",
         {R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"\ud83d"}}]})",
          R"({"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"\ud83d"}}]})",
          R"({"tool_calls":[{"index":0,"function":{"arguments":"\ude42"}}]})",
          R"({"tool_calls":[{"index":1,"function":{"arguments":"\ude42"}}]})"},
         "C0(a,f,) C1(b,g,) C0(,," + smile + ") C1(,," + smile + ")"},
        {"a half without partner", {R"({"content":"\ud83d"})", R"({"content":"x"})"},
         "T(" + unknown + "x)"},
        {"a half at the end", {R"({"content":"x\ud83d"})"}, "T(x) T(" + unknown + ")"},
        {"a low half alone", {R"({"content":"\ude42x"})"}, "T(" + unknown + "x)"},
    });
}

TEST_CASE("matrix: reasoning deltas, in every shape, are not lost") {
    const std::string a = R"({"type":"reasoning.text","text":"a","index":0})";
    const std::string e = R"({"type":"reasoning.encrypted","data":"X"})";
    check({
        {"plain text", {R"({"content":"","reasoning":"a"})"}, "R(a//)"},
        {"null and empty", {R"({"reasoning":null})", R"({"reasoning":""})"}, ""},
        {"no string: as JSON", {R"({"reasoning":{"a":[1]}})", R"({"reasoning":7})"},
         R"(R({"a":[1]}//) R(7//))"},
        {"the alias", {R"({"reasoning_content":"a"})",
                       R"({"reasoning":null,"reasoning_content":"b"})",
                       R"({"reasoning":"c","reasoning_content":"c"})"},
         "R(a//) R(b//) R(c//)"},
        {"pitfall 16: details and text tell the same tokens once",
         {R"({"reasoning":"a","reasoning_details":[)" + a + "]}"}, "R(a//[" + a + "])"},
        {"details alone", {R"({"reasoning":null,"reasoning_details":[)" + a + "]}"},
         "R(a//[" + a + "])"},
        {"text that differs from the details is kept, not shown",
         {R"({"reasoning":"b","reasoning_details":[)" + a + "]}"}, "R(a/b/[" + a + "])"},
        {"details without anything to show do not hide the text",
         {R"({"reasoning":"b","reasoning_details":[)" + e + "]}"}, "R(b//[" + e + "])"},
        {"pitfall 16: encrypted data is never shown", {R"({"reasoning_details":[)" + e + "]}"},
         "R(//[" + e + "])"},
        {"pitfall 16: a placeholder is never shown", {R"({"reasoning":"[REDACTED]"})"},
         "R(/[REDACTED]/)"},
        {"pitfall 10: a lone signature is delivered",
         {R"({"reasoning_details":[{"type":"reasoning.text","signature":"s"}]})"},
         R"(R(//[{"type":"reasoning.text","signature":"s"}]))"},
        {"pitfall 17: an empty array is told once, at the end",
         {R"({"reasoning_details":[]})", R"({"content":"x","reasoning_details":[]})"},
         "T(x) R(//[])"},
        {"an empty array beside entries is nothing",
         {R"({"reasoning_details":[]})", R"({"reasoning_details":[)" + a + "]}"},
         "R(a//[" + a + "])"},
        {"details that are null or senseless",
         {R"({"reasoning_details":null})", R"({"reasoning_details":"x"})"}, ""},
        {"reasoning before the text of the same delta", {R"({"content":"t","reasoning":"r"})"},
         "R(r//) T(t)"},
    });
}

TEST_CASE("placeholder reasoning is not displayed and loses nothing") {
    const std::string a = R"({"type":"reasoning.text","text":"a","index":0})";
    CHECK(decode({R"({"reasoning":"a","reasoning_details":[)" + a + "]}"}, true) ==
          "R(/a/[" + a + "])");
    CHECK(decode({R"({"reasoning_details":[)" + a + "]}"}, true) == "R(/a/[" + a + "])");
    CHECK(decode({R"({"reasoning":"b"})"}, true) == "R(/b/)");
}

TEST_CASE("fields without a chunk of their own") {
    check({
        {"images", {R"({"content":"","images":[{"image_url":{"url":"u"}}]})"},
         R"(X(images=[{"image_url":{"url":"u"}}]))"},
        {"annotations", {R"({"annotations":[{"type":"url_citation"}]})"},
         R"(X(annotations=[{"type":"url_citation"}]))"},
        {"refusal", {R"({"refusal":"no"})", R"({"refusal":null})", R"({"refusal":""})"},
         R"(X(refusal="no"))"},
        {"audio", {R"({"audio":{"data":"AAAA"}})"}, R"(X(audio={"data":"AAAA"}))"},
        {"unknown ones", {R"({"future":{"a":1},"nothing":null})"}, R"(X(future={"a":1}))"},
        {"a tool call without its list", {R"({"tool_calls":{"id":"a","function":{"name":"f"}}})"},
         "C0(a,f,)"},
        {"empty lists", {R"({"images":[],"annotations":[],"tool_calls":[]})"}, ""},
    });
}

TEST_CASE("only content counts as content") {
    const auto empty = [](std::string delta) {
        ChatDecoder decoder;
        std::vector<StreamChunk> out;
        decoder.decode_event(R"({"choices":[{"delta":)" + delta + "}]}", out);
        return decoder.empty();
    };
    CHECK(empty("{}"));
    CHECK(empty(R"({"content":"","reasoning_details":[],"future":1})"));
    CHECK(!empty(R"({"content":"a"})"));
    CHECK(!empty(R"({"reasoning":"a"})"));
    CHECK(!empty(R"({"reasoning_details":[{"type":"reasoning.encrypted","data":"X"}]})"));
    CHECK(!empty(R"({"tool_calls":[{"index":0}]})"));
    CHECK(!empty(R"({"images":[{}]})"));
    CHECK(!empty(R"({"refusal":"no"})"));
}
