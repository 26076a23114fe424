#include <capstan/message_assembler.hpp>

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <string>

using namespace capstan;

namespace {

ToolCallChunk call(std::size_t index, std::string id, std::string name, std::string arguments) {
    ToolCallChunk chunk;
    chunk.index = index;
    chunk.id = std::move(id);
    chunk.name = std::move(name);
    chunk.arguments = std::move(arguments);
    return chunk;
}

ReasoningChunk thought(std::string text, std::string hidden = {}, std::string_view details = {}) {
    ReasoningChunk chunk;
    chunk.text = std::move(text);
    chunk.hidden_text = std::move(hidden);
    chunk.details_present = !details.empty();
    if (chunk.details_present) chunk.details = parse_json(details).as_array();
    return chunk;
}

ExtraChunk extra(std::string name, std::string_view value) {
    ExtraChunk chunk;
    chunk.name = std::move(name);
    chunk.value = parse_json(value);
    return chunk;
}

std::string text(const AssistantMessage& message) { return std::get<std::string>(message.content); }

}  // namespace

TEST_CASE("an assembler without chunks is empty") {
    const MessageAssembler assembler("m");
    CHECK(assembler.empty());
    const AssistantMessage message = assembler.message();
    CHECK(text(message).empty());
    CHECK(!message.reasoning.details);
    CHECK(message.origin.requested_model == "m");
}

TEST_CASE("text, reasoning, usage and finish are collected") {
    MessageAssembler assembler("asked/model");
    assembler.add(thought("I ", {}, R"([{"type":"reasoning.text","text":"I "}])"));
    assembler.add(thought("think", {}, R"([{"type":"reasoning.text","text":"think"}])"));
    assembler.add(TextChunk("Hel"));
    assembler.add(TextChunk("lo"));
    Usage usage;
    usage.output_tokens = 2;
    assembler.add(UsageChunk(usage));
    FinishChunk finish;
    finish.model = "asked/model-2026";
    finish.provider = "Someone";
    assembler.add(finish);

    const AssistantMessage message = assembler.message();
    CHECK(text(message) == "Hello");
    CHECK(message.reasoning.text == "I think");
    REQUIRE(message.reasoning.details);
    CHECK(to_json_text(*message.reasoning.details) ==
          R"([{"type":"reasoning.text","text":"I think"}])");
    CHECK(assembler.usage()->output_tokens == 2);
    CHECK(message.origin.model == "asked/model-2026");
    CHECK(message.origin.provider == "Someone");
    CHECK(message.origin.requested_model == "asked/model");
    CHECK(!assembler.empty());
}

TEST_CASE("placeholder reasoning that is not displayed stays in the message") {
    MessageAssembler assembler;
    assembler.add(thought("", "hidden"));
    assembler.add(thought("shown", "plain"));
    CHECK(assembler.message().reasoning.text == "hiddenplain");
}

TEST_CASE("pitfall 17: an empty details array is remembered") {
    MessageAssembler assembler;
    ReasoningChunk chunk;
    chunk.details_present = true;
    assembler.add(chunk);
    REQUIRE(assembler.message().reasoning.details);
    CHECK(assembler.message().reasoning.details->empty());
    CHECK(assembler.empty());
}

TEST_CASE("tool call fragments are joined by their index") {
    MessageAssembler assembler;
    assembler.add(call(0, "a", "first", "{\"x\":"));
    assembler.add(call(1, "", "", "{\"y\""));
    assembler.add(call(0, "", "", "1}"));
    assembler.add(call(1, "b", "second", ":2}"));
    const auto calls = assembler.message().tool_calls;
    REQUIRE(calls.size() == 2);
    CHECK(calls[0].arguments == "{\"x\":1}");
    CHECK(calls[1].id == "b");
    CHECK(calls[1].name == "second");
    CHECK(calls[1].arguments == "{\"y\":2}");
}

TEST_CASE("pitfall 18: calls without id, or with an id that is taken, get one of their own") {
    MessageAssembler assembler;
    assembler.add(call(0, "", "f", "{}"));
    assembler.add(call(1, "same", "f", "{}"));
    assembler.add(call(2, "same", "f", "{}"));
    assembler.add(call(3, "", "f", "{}"));
    assembler.add(call(4, "lost", "", "{}"));
    const auto calls = assembler.message().tool_calls;
    REQUIRE(calls.size() == 4);
    std::set<std::string> ids;
    for (const ToolCall& each : calls) ids.insert(each.id);
    CHECK(ids.size() == 4);
    CHECK(calls[1].id == "same");
    for (const std::size_t made : {std::size_t{0}, std::size_t{2}, std::size_t{3}}) {
        CHECK(calls[made].id.starts_with("call_"));
        CHECK(calls[made].id.size() <= 40);
    }
    const auto again = assembler.message().tool_calls;
    for (std::size_t i = 0; i < calls.size(); ++i) CHECK(again[i].id == calls[i].id);
}

TEST_CASE("ids that are made up differ from answer to answer") {
    const auto id_for = [](std::string generation) {
        MessageAssembler assembler;
        assembler.add(call(0, "", "f", "{}"));
        FinishChunk finish;
        finish.generation_id = std::move(generation);
        assembler.add(finish);
        return assembler.message().tool_calls.at(0).id;
    };
    CHECK(id_for("gen-1") != id_for("gen-2"));
    CHECK(id_for("gen-1") == id_for("gen-1"));
}

TEST_CASE("unknown fields of a call are kept") {
    MessageAssembler assembler;
    ToolCallChunk chunk = call(0, "a", "f", "");
    chunk.extra["extra_content"] = {{"google", 1}};
    assembler.add(chunk);
    CHECK(to_json_text(assembler.message().tool_calls[0].extra) ==
          R"({"extra_content":{"google":1}})");
}

TEST_CASE("images and annotations are appended once, refusal is joined, unknown fields last wins") {
    MessageAssembler assembler;
    assembler.add(extra("images", R"([{"type":"image_url","image_url":{"url":"u1"},"index":0}])"));
    assembler.add(extra("images", R"([{"type":"image_url","image_url":{"url":"u1"}},)"
                                  R"({"type":"image_url","image_url":{"url":"u2"}}])"));
    assembler.add(extra("annotations", R"([{"type":"a"}])"));
    assembler.add(extra("annotations", R"([{"type":"b"},{"type":"a"}])"));
    assembler.add(extra("refusal", R"("I'm ")"));
    assembler.add(extra("refusal", R"("sorry")"));
    assembler.add(extra("future", "1"));
    assembler.add(extra("future", "[2]"));
    assembler.add(extra("nothing", "null"));
    assembler.add(extra("logprobs", R"({"content":[]})"));
    assembler.add(extra("debug", R"({"echo":1})"));
    CHECK(to_json_text(assembler.message().extra) ==
          R"({"images":[{"type":"image_url","image_url":{"url":"u1"},"index":0},)"
          R"({"type":"image_url","image_url":{"url":"u2"}}],)"
          R"("annotations":[{"type":"a"},{"type":"b"}],"refusal":"I'm sorry","future":[2]})");
}

TEST_CASE("logprobs alone are no content") {
    MessageAssembler assembler;
    assembler.add(extra("logprobs", R"({"content":[]})"));
    CHECK(assembler.empty());
}

TEST_CASE("audio fragments are joined as bytes, however they are cut or padded") {
    const auto joined = [](std::initializer_list<const char*> pieces) {
        MessageAssembler assembler;
        for (const char* piece : pieces) {
            assembler.add(extra("audio", std::string(R"({"data":")") + piece + "\"}"));
        }
        return std::string(assembler.message().extra.at("audio").at("data").as_string());
    };
    CHECK(joined({"SGVs", "bG8g", "d29y", "bGQ="}) == "SGVsbG8gd29ybGQ=");
    CHECK(joined({"SG", "VsbG8gd2", "9ybGQ="}) == "SGVsbG8gd29ybGQ=");
    CHECK(joined({"SA==", "ZWw=", "bG8gd29ybGQ="}) == "SGVsbG8gd29ybGQ=");
}

TEST_CASE("audio keeps its id, joins its transcript") {
    MessageAssembler assembler;
    assembler.add(extra("audio", R"({"id":"au_1","transcript":"Hel"})"));
    assembler.add(extra("audio", R"({"transcript":"lo","expires_at":7,"data":null})"));
    CHECK(to_json_text(assembler.message().extra) ==
          R"({"audio":{"id":"au_1","transcript":"Hello","expires_at":7}})");
}
