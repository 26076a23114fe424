#include "chat/tool_call_tracker.hpp"
#include "chunk_text.hpp"

#include <capstan/message_assembler.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace capstan;

namespace {

struct Case {
    const char* name;
    std::vector<std::string> deltas;  ///< the `tool_calls` of each delta
    std::string calls;                ///< "id:name:arguments" of each call, "?" for an id made up
};

std::vector<StreamChunk> chunks_of(const std::vector<std::string>& deltas) {
    ToolCallTracker tracker;
    std::vector<StreamChunk> out;
    for (const std::string& delta : deltas) tracker.add(parse_json(delta).as_array(), out);
    tracker.finish(out);
    return out;
}

std::string calls_of(const std::vector<std::string>& deltas) {
    MessageAssembler assembler;
    for (const StreamChunk& chunk : chunks_of(deltas)) assembler.add(chunk);
    std::string out;
    for (const ToolCall& call : assembler.message().tool_calls) {
        if (!out.empty()) out += " ";
        out +=
            (call.id.starts_with("call_") ? "?" : call.id) + ":" + call.name + ":" + call.arguments;
    }
    return out;
}

}  // namespace

TEST_CASE("every shape of tool call fragments") {
    const std::vector<Case> cases = {
        {"opener and continuations",
         {R"([{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}])",
          R"([{"index":0,"function":{"arguments":"{\"x\""}}])",
          R"([{"index":0,"function":{"arguments":":1}"}}])"},
         "a:f:{\"x\":1}"},
        {"id and name null or empty later",
         {R"([{"index":0,"id":"a","function":{"name":"f"}}])",
          R"([{"index":0,"id":null,"function":{"name":null,"arguments":"{"}}])",
          R"([{"index":0,"id":"","function":{"name":"","arguments":"}"}}])"},
         "a:f:{}"},
        {"id and name repeated on each fragment",
         {R"([{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}])",
          R"([{"index":0,"id":"a","function":{"name":"f","arguments":"}"}}])"},
         "a:f:{}"},
        {"user problem 31: arguments in the first fragment",
         {R"([{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}])"},
         "a:f:{}"},
        {"user problem 31: white space after the arguments is no second call",
         {R"([{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}])",
          R"([{"index":0,"function":{"arguments":" \n"}}])"},
         "a:f:{} \n"},
        {"arguments before id and name",
         {R"([{"index":0,"function":{"arguments":"{\"x\":"}}])",
          R"([{"index":0,"id":"a","function":{"arguments":"1"}}])",
          R"([{"index":0,"function":{"name":"f","arguments":"}"}}])"},
         "a:f:{\"x\":1}"},
        {"starting at index 1, with a gap",
         {R"([{"index":1,"id":"a","function":{"name":"f"}}])",
          R"([{"index":5,"id":"b","function":{"name":"g"}}])"},
         "a:f: b:g:"},
        {"interleaved",
         {R"([{"index":0,"id":"a","function":{"name":"f"}},{"index":1,"id":"b","function":{"name":"g"}}])",
          R"([{"index":1,"function":{"arguments":"1"}},{"index":0,"function":{"arguments":"0"}}])",
          R"([{"index":0,"function":{"arguments":"0"}}])",
          R"([{"index":1,"function":{"arguments":"1"}}])"},
         "a:f:00 b:g:11"},
        {"a new id on a known index is a new call",
         {R"([{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}])",
          R"([{"index":0,"id":"b","function":{"name":"f","arguments":"{\"y\":"}}])",
          R"([{"index":0,"function":{"arguments":"2}"}}])"},
         "a:f:{} b:f:{\"y\":2}"},
        {"back to the first id on a reused index",
         {R"([{"index":0,"id":"a","function":{"name":"f","arguments":"1"}}])",
          R"([{"index":0,"id":"b","function":{"name":"g","arguments":"2"}}])",
          R"([{"index":0,"id":"a","function":{"arguments":"1"}}])"},
         "a:f:11 b:g:2"},
        {"no index: by id, else the last call",
         {R"([{"id":"a","function":{"name":"f","arguments":"{"}}])",
          R"([{"id":"b","function":{"name":"g","arguments":"["}}])",
          R"([{"function":{"arguments":"]"}}])", R"([{"id":"a","function":{"arguments":"}"}}])"},
         "a:f:{} b:g:[]"},
        {"no index, the id comes late",
         {R"([{"function":{"name":"f","arguments":"{"}}])",
          R"([{"id":"a","function":{"arguments":"}"}}])"},
         "a:f:{}"},
        {"no index and no id: other names are other calls",
         {R"([{"function":{"name":"f","arguments":"{}"}},{"function":{"name":"f","arguments":"{}"}}])",
          R"([{"function":{"name":"g","arguments":"{}"}}])"},
         "?:f:{} ?:f:{} ?:g:{}"},
        {"one index for all, whole calls without ids",
         {R"([{"index":0,"function":{"name":"f","arguments":"{\"a\":1}"}}])",
          R"([{"index":0,"function":{"name":"f","arguments":"{\"a\":2}"}}])"},
         "?:f:{\"a\":1} ?:f:{\"a\":2}"},
        {"no index on several continuations: by position",
         {R"([{"id":"a","function":{"name":"f"}},{"id":"b","function":{"name":"g"}}])",
          R"([{"function":{"arguments":"0"}},{"function":{"arguments":"1"}}])"},
         "a:f:0 b:g:1"},
        {"pitfall 18: one id for two calls",
         {R"([{"index":0,"id":"a","function":{"name":"f","arguments":"0"}}])",
          R"([{"index":1,"id":"a","function":{"name":"g","arguments":"1"}}])"},
         "a:f:0 ?:g:1"},
        {"the index comes late",
         {R"([{"function":{"arguments":"{"}}])",
          R"([{"index":0,"id":"a","function":{"name":"f","arguments":"}"}}])"},
         "a:f:{}"},
        {"no arguments at all", {R"([{"index":0,"id":"a","function":{"name":"f"}}])"}, "a:f:"},
        {"null arguments",
         {R"([{"index":0,"id":"a","function":{"name":"f","arguments":null}}])"},
         "a:f:"},
        {"arguments as JSON instead of text",
         {R"([{"index":0,"id":"a","function":{"name":"f","arguments":{"x":[1,0.5]}}}])"},
         "a:f:{\"x\":[1,0.5]}"},
        {"index as a float",
         {R"([{"index":0.0,"id":"a","function":{"name":"f","arguments":"{"}}])",
          R"([{"index":0,"function":{"arguments":"}"}}])"},
         "a:f:{}"},
        {"a call that never gets a name is left out",
         {R"([{"index":0,"id":"a"},{"index":1,"id":"b","function":{"name":"g"}}])"},
         "b:g:"},
        {"senseless entries", {R"([null,7,"x",[],{"function":null},{"function":7}])"}, ""},
        {"a name is set once",
         {R"([{"index":0,"id":"a","function":{"name":"f"}}])",
          R"([{"index":0,"function":{"name":"g","arguments":"{}"}}])"},
         "a:f:{}"},
    };
    for (const Case& test : cases) {
        INFO(test.name);
        CHECK(calls_of(test.deltas) == test.calls);
    }
}

TEST_CASE("fragments are delivered as they come, the silent ones not") {
    CHECK(chunk_text(chunks_of({
              R"([{"index":3,"id":"a","type":"function","function":{"name":"f","arguments":""}}])",
              R"([{"index":3,"function":{"arguments":""}}])",
              R"([{"index":3,"function":{"arguments":"{}"},"type":"function"}])",
          })) == "C0(a,f,) C0(,,{})");
}

TEST_CASE("custom calls and unknown fields keep what they are") {
    CHECK(chunk_text(chunks_of({
              R"([{"index":0,"id":"a","type":"custom","custom":{"name":"f","input":"raw"}}])",
              R"([{"index":1,"id":"b","function":{"name":"g"},"extra_content":{"s":1},"x":null}])",
              R"([{"index":2,"id":"c","function":{"name":"h","strict":true}}])",
          })) == R"(C0(a,f,raw,{"type":"custom"}) C1(b,g,,{"extra_content":{"s":1}}) )"
                 R"(C2(c,h,,{"function":{"strict":true}}))");
}

TEST_CASE("the legacy function_call is a call without id") {
    ToolCallTracker tracker;
    std::vector<StreamChunk> out;
    for (const char* piece : {R"({"name":"f","arguments":""})", R"({"arguments":"{\"x\":"})",
                              R"({"arguments":"1}"})"}) {
        tracker.add_function_call(parse_json(piece).as_object(), out);
    }
    CHECK(chunk_text(out) == "C0(,f,) C0(,,{\"x\":) C0(,,1})");
    CHECK(tracker.any_complete());
}

TEST_CASE("any interleaving of the fragments of parallel calls gives the same calls") {
    const std::vector<std::vector<std::string>> calls = {
        {R"({"index":0,"id":"a","function":{"name":"f","arguments":""}})",
         R"({"index":0,"function":{"arguments":"{\"x\":"}})",
         R"({"index":0,"function":{"arguments":"1}"}})"},
        {R"({"index":1,"function":{"arguments":"{\"y\":"}})",
         R"({"index":1,"id":"b","function":{"name":"g","arguments":"2}"}})"},
        {R"({"index":2,"id":"c","function":{"name":"h"}})"},
    };
    std::mt19937 random(7);
    for (int round = 0; round < 500; ++round) {
        std::vector<std::size_t> next(calls.size(), 0);
        std::vector<std::size_t> order = {0, 0, 0, 1, 1, 2};
        std::shuffle(order.begin(), order.end(), random);
        std::vector<std::string> deltas(1, "[");
        for (const std::size_t call : order) {
            std::string& delta = deltas.back();
            delta += (delta.size() > 1 ? "," : "") + calls[call][next[call]++];
            if (random() % 2 != 0) continue;
            delta += "]";
            deltas.emplace_back("[");
        }
        deltas.back() += "]";
        ToolCallTracker tracker;
        MessageAssembler assembler;
        std::vector<StreamChunk> out;
        for (const std::string& delta : deltas) tracker.add(parse_json(delta).as_array(), out);
        for (const StreamChunk& chunk : out) assembler.add(chunk);
        auto got = assembler.message().tool_calls;
        std::sort(got.begin(), got.end(),
                  [](const ToolCall& a, const ToolCall& b) { return a.id < b.id; });
        REQUIRE(got.size() == 3);
        CHECK(got[0].arguments == "{\"x\":1}");
        CHECK(got[1].arguments == "{\"y\":2}");
        CHECK(got[2].arguments.empty());
    }
}
