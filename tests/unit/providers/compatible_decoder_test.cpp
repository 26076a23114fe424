#include "chunk_text.hpp"
#include "compatible/compatible_decoder.hpp"
#include "exchange/answer_reader.hpp"

#include <capstan/message_assembler.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace capstan;
using capstan::compatible::CompatibleDecoder;
using capstan::exchange::AnswerReader;

namespace {

/// What was read of one answer.
struct Reading {
    std::vector<StreamChunk> chunks;
    FinishChunk finish;
    std::optional<Usage> usage;
    std::optional<InBandError> error;
    bool truncated = false;
};

Reading read(const std::vector<std::string_view>& pieces, bool think_tags = false) {
    AnswerReader reader(std::make_unique<CompatibleDecoder>(think_tags));
    Reading result;
    for (const auto piece : pieces) {
        reader.feed(piece);
        while (reader.decode(result.chunks, 32)) {
        }
    }
    reader.end(result.chunks);
    result.finish = reader.decoder().finish_chunk();
    result.usage = reader.decoder().usage();
    result.error = reader.decoder().error();
    result.truncated = reader.truncated();
    return result;
}

/// Chunks of one kind joined, so that cuts do not show.
std::string joined(const std::vector<StreamChunk>& chunks) {
    std::string text;
    std::string reasoning;
    std::vector<StreamChunk> others;
    for (const StreamChunk& chunk : chunks) {
        if (const auto* part = std::get_if<TextChunk>(&chunk)) text += part->text;
        else if (const auto* thought = std::get_if<ReasoningChunk>(&chunk))
            reasoning += thought->text;
        else others.push_back(chunk);
    }
    return "R(" + reasoning + ") T(" + text + ") " + chunk_text(others);
}

std::string delta(std::string_view members) {
    return R"(data: {"id":"c1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,)"
           R"("delta":{)" + std::string(members) + "}}]}\n\n";
}

std::string ending(std::string_view reason, std::string_view more = {}) {
    return R"(data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{},"finish_reason":")" +
           std::string(reason) + "\"}]" + std::string(more) + "}\n\n";
}

const std::string done = "data: [DONE]\n\n";

/// As llama.cpp's server streams a thought, a text, two calls and its figures.
const std::string llama_stream =
    delta(R"("role":"assistant","content":null)") + delta(R"("reasoning_content":"Let me")") +
    delta(R"("reasoning_content":" think 日")") + delta(R"("content":"Hi ✓")") +
    delta(R"("tool_calls":[{"index":0,"id":"A","type":"function","function":)"
          R"({"name":"weather","arguments":""}}])") +
    delta(R"("tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}])") +
    delta(R"("tool_calls":[{"index":0,"function":{"arguments":"\"p\"}"}}])") +
    delta(R"("tool_calls":[{"index":1,"id":"B","type":"function","function":)"
          R"({"name":"weather","arguments":"{}"}}])") +
    ending("tool_calls") +
    R"(data: {"id":"c1","model":"m","choices":[],"usage":{"prompt_tokens":22,)"
    R"("completion_tokens":30,"total_tokens":52,"prompt_tokens_details":{"cached_tokens":21}},)"
    R"("timings":{"cache_n":21,"prompt_n":1,"predicted_n":30}})" "\n\n" + done;

}  // namespace

TEST_CASE("llama.cpp's stream is read whole, however it is cut") {
    const auto whole = read({llama_stream});
    const std::string expected =
        "R(Let me think 日) T(Hi ✓) C0(A,weather,) C0(,,{\"city\":) C0(,,\"p\"}) "
        "C1(B,weather,{}) X(timings={\"cache_n\":21,\"prompt_n\":1,\"predicted_n\":30})";
    CHECK(joined(whole.chunks) == expected);
    CHECK(whole.finish.reason == FinishReason::tool_calls);
    CHECK(whole.finish.generation_id == "c1");
    REQUIRE(whole.usage);
    CHECK(whole.usage->input_tokens == 1);
    CHECK(whole.usage->cache_read_tokens == 21);
    CHECK(whole.usage->output_tokens == 30);
    CHECK_FALSE(whole.truncated);
    const std::string_view stream(llama_stream);
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        const auto parted = read({stream.substr(0, cut), stream.substr(cut)});
        if (joined(parted.chunks) != expected) FAIL("cut at byte " << cut);
    }
}

TEST_CASE("what describes the answer is no part of the message") {
    MessageAssembler assembler;
    for (const StreamChunk& chunk : read({llama_stream}).chunks) assembler.add(chunk);
    CHECK(assembler.message().extra.empty());
    CHECK(assembler.message().tool_calls.size() == 2);
}

TEST_CASE("every spelling of a thought is one") {
    const auto field = GENERATE("reasoning_content", "reasoning", "thinking");
    const auto result =
        read({delta('"' + std::string(field) + R"(":"hm")") + delta(R"("content":"a")") +
              ending("stop") + done});
    CHECK(joined(result.chunks) == "R(hm) T(a) ");
}

TEST_CASE("two spellings in one delta are one thought") {
    const auto result = read({delta(R"("reasoning_content":"hm","reasoning":"hm")") +
                              ending("stop") + done});
    CHECK(joined(result.chunks) == "R(hm) T() ");
}

TEST_CASE("think tags in the text are parted only where that is asked for") {
    const std::string stream = delta(R"("content":"<think>h")") +
                               delta(R"("content":"m</think>a")") + ending("stop") + done;
    CHECK(joined(read({stream}).chunks) == "R() T(<think>hm</think>a) ");
    CHECK(joined(read({stream}, true).chunks) == "R(hm) T(a) ");
    const std::string body =
        R"({"choices":[{"message":{"content":"<think>hm</think>a"},"finish_reason":"stop"}]})";
    CHECK(joined(read({body}, true).chunks) == "R(hm) T(a) ");
}

TEST_CASE("tool calls in every shape become whole calls") {
    const auto [calls, expected] = GENERATE(table<const char*, const char*>({
        // Ollama: all at once, arguments as text, no index on older versions.
        {R"([{"id":"a","function":{"name":"f","arguments":"{}"}},)"
         R"({"id":"b","function":{"name":"g","arguments":"{\"x\":1}"}}])",
         "C0(a,f,{}) C1(b,g,{\"x\":1})"},
        // Ollama: the index is always 0.
        {R"([{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}},)"
         R"({"index":0,"id":"b","function":{"name":"f","arguments":"{}"}}])",
         "C0(a,f,{}) C1(b,f,{})"},
        // Arguments as an object, as Ollama's own API has them.
        {R"([{"id":"a","function":{"name":"f","arguments":{"x":[1,"y"]}}}])",
         R"(C0(a,f,{"x":[1,"y"]}))"},
        // No ids, or empty ones: MessageAssembler makes them.
        {R"([{"id":"","function":{"name":"f","arguments":"{}"}},)"
         R"({"function":{"name":"g","arguments":"{}"}}])",
         "C0(,f,{}) C1(,g,{})"},
        // One call that is no array.
        {R"({"id":"a","function":{"name":"f","arguments":"{}"}})", "C0(a,f,{})"},
        // Gemini's compatible route: fields of its own are kept.
        {R"([{"id":"a","extra_content":{"google":{"thought_signature":"s"}},)"
         R"("function":{"name":"f","arguments":"{}"}}])",
         R"(C0(a,f,{},{"extra_content":{"google":{"thought_signature":"s"}}}))"},
    }));
    INFO(calls);
    const auto result = read({delta(R"("tool_calls":)" + std::string(calls)) + ending("stop") +
                              done});
    CHECK(chunk_text(result.chunks) == expected);
    // "stop" beside calls is no end of the turn.
    CHECK(result.finish.reason == FinishReason::tool_calls);
}

TEST_CASE("words for the end of an answer are understood, and kept") {
    const auto [word, reason] = GENERATE(table<const char*, FinishReason>({
        {"stop", FinishReason::stop},
        {"eos", FinishReason::stop},
        {"eos_token", FinishReason::stop},
        {"end_turn", FinishReason::stop},
        {"length", FinishReason::length},
        {"max_tokens", FinishReason::length},
        {"model_length", FinishReason::length},
        {"function_call", FinishReason::tool_calls},
        {"tool_use", FinishReason::tool_calls},
        {"content_filter", FinishReason::content_filter},
        {"never_heard", FinishReason::other},
    }));
    const auto result = read({delta(R"("content":"a")") + ending(word) + done});
    CHECK(result.finish.reason == reason);
    CHECK(result.finish.finish_reason == word);
    CHECK_FALSE(result.error);
}

TEST_CASE("an answer that ended because the server gave up is an error") {
    const auto word = GENERATE("insufficient_system_resource", "abort", "error");
    const auto result = read({delta(R"("content":"a")") + ending(word) + done});
    CHECK(joined(result.chunks) == "R() T(a) ");
    CHECK(result.error);
    CHECK(result.finish.reason == FinishReason::error);
}

TEST_CASE("a call that was cut is no turn of tools, whatever the word for the cut is") {
    const auto [word, reason] = GENERATE(table<const char*, FinishReason>({
        {"length", FinishReason::length},
        {"max_tokens", FinishReason::length},
        {"model_length", FinishReason::length},
        {"content_filter", FinishReason::content_filter},
        {"safety", FinishReason::content_filter},
        {"insufficient_system_resource", FinishReason::error},
        {"abort", FinishReason::error},
        {"error", FinishReason::error},
        {"eos", FinishReason::tool_calls},
        {"tool_use", FinishReason::tool_calls},
        {"never_heard", FinishReason::tool_calls},
    }));
    INFO(word);
    const std::string half =
        R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"pa"}}])";
    const auto result = read({delta(half) + ending(word) + done});
    CHECK(result.finish.reason == reason);
    CHECK(result.finish.finish_reason == word);
    CHECK(result.error.has_value() == (reason == FinishReason::error));
}

TEST_CASE("usage is found wherever it is") {
    const auto [more, input, cached, output] = GENERATE(table<const char*, int, int, int>({
        {R"(,"usage":{"prompt_tokens":10,"completion_tokens":3})", 10, -1, 3},
        {R"(,"usage":{"prompt_tokens":10,"completion_tokens":3,"prompt_cache_hit_tokens":8})", 2, 8,
         3},
        {R"(,"usage":{"prompt_tokens":10,"completion_tokens":3,"cached_tokens":4})", 6, 4, 3},
        {R"(,"timings":{"prompt_n":5,"cache_n":7,"predicted_n":2})", 5, 7, 2},
        {R"(,"usage":null,"timings":{"prompt_n":5,"predicted_n":2})", 5, -1, 2},
        {R"(,"usage":{"prompt_tokens":1,"completion_tokens":2},"timings":{"prompt_n":5}})", 1, -1,
         2},
    }));
    std::string text(more);
    if (text.ends_with("}}")) text.pop_back();
    INFO(text);
    const auto result = read({delta(R"("content":"a")") + ending("stop", text) + done});
    REQUIRE(result.usage);
    CHECK(result.usage->input_tokens.value_or(-1) == input);
    CHECK(result.usage->cache_read_tokens.value_or(-1) == cached);
    CHECK(result.usage->output_tokens.value_or(-1) == output);
    CHECK(result.usage->source == UsageSource::stream);
}

TEST_CASE("no word of usage is unknown, not zero") {
    CHECK_FALSE(read({delta(R"("content":"a")") + ending("stop") + done}).usage);
    CHECK_FALSE(read({delta(R"("content":"a")") + ending("stop", R"(,"timings":{"prompt_n":-1})") +
                      done}).usage);
}

TEST_CASE("errors in the middle of a stream are found in every shape") {
    const auto error = GENERATE(as<std::string>(),
        // llama.cpp, of today and before; LM Studio; vLLM; OpenAI; Ollama.
        "data: {\"error\":{\"code\":500,\"message\":\"boom\",\"type\":\"server_error\"}}\n\n",
        "error: {\"code\":500,\"message\":\"boom\",\"type\":\"server_error\"}\n\n",
        "event: error\ndata: {\"error\":{\"message\":\"boom\"},\"message\":\"boom\"}\n\n",
        "event: error\ndata: {\"message\":\"boom\"}\n\n",
        "event: error\ndata: boom\n\n",
        "error: boom\n\n",
        "data: {\"object\":\"error\",\"message\":\"boom\",\"type\":\"BadRequestError\","
        "\"code\":400}\n\n",
        "data: {\"error\":\"boom\"}\n\n",
        "data: {\"choices\":[],\"error\":{\"message\":\"boom\",\"code\":\"x\"}}\n\n");
    INFO(error);
    const std::string stream = delta(R"("content":"a")") + error + done;
    const auto whole = read({stream});
    CHECK(joined(whole.chunks) == "R() T(a) ");
    REQUIRE(whole.error);
    CHECK(to_json_text(whole.error->object).find("boom") != std::string::npos);
    const std::string_view bytes(stream);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
        if (!read({bytes.substr(0, cut), bytes.substr(cut)}).error) FAIL("cut at byte " << cut);
}

TEST_CASE("a stream that only stops was cut") {
    CHECK(read({delta(R"("content":"a")")}).truncated);
    CHECK_FALSE(read({delta(R"("content":"a")") + ending("stop")}).truncated);
}

TEST_CASE("whole answers are read as streams are") {
    const auto result = read(
        {R"({"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,"message":)"
         R"({"role":"assistant","content":"a","reasoning_content":"hm","tool_calls":[{"id":"x",)"
         R"("type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":)"
         R"("tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":2}})"});
    CHECK(joined(result.chunks) == "R(hm) T(a) C0(x,f,{})");
    CHECK(result.finish.reason == FinishReason::tool_calls);
    REQUIRE(result.usage);
    CHECK(result.usage->output_tokens == 2);
}

TEST_CASE("nonsense never throws and never becomes an answer") {
    const auto bytes = GENERATE(as<std::string>(), "", "data: {\n\n", "data: [1,2]\n\n", "{", "[]",
                                "null", "<html>", "data: {\"choices\":7}\n\n",
                                "data: {\"choices\":[null,{\"delta\":[]}]}\n\n",
                                "event: error\n\n", "data: {\"timings\":7,\"choices\":[]}\n\n",
                                std::string("data: {\"a\":\"\xff\xfe\"}\n\n"));
    INFO(bytes);
    const auto result = read({bytes}, true);
    for (const StreamChunk& chunk : result.chunks)
        CHECK_FALSE(std::holds_alternative<TextChunk>(chunk));
    CHECK_FALSE(result.usage);
}

TEST_CASE("damaged streams never throw, and give valid text only") {
    std::mt19937 random(7);
    for (int round = 0; round < 3'000; ++round) {
        std::string stream = llama_stream;
        for (int damage = static_cast<int>(random() % 6); damage >= 0; --damage) {
            const std::size_t at = random() % stream.size();
            switch (random() % 3) {
                case 0: stream[at] = static_cast<char>(random()); break;
                case 1: stream.erase(at, random() % 40); break;
                default: stream.insert(at, stream.substr(random() % stream.size(), 30)); break;
            }
        }
        for (const StreamChunk& chunk : read({stream}, random() % 2 == 0).chunks) {
            const auto* text = std::get_if<TextChunk>(&chunk);
            const auto* thought = std::get_if<ReasoningChunk>(&chunk);
            if (text && !is_valid_utf8(text->text)) FAIL("text of round " << round);
            if (thought && !is_valid_utf8(thought->text)) FAIL("thought of round " << round);
        }
    }
}
