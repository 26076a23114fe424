#include "chat/chat_decoder.hpp"
#include "chunk_text.hpp"

#include <capstan/sse_parser.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace capstan;

namespace {

/// A decoder that has seen these events, and the chunks it gave.
struct Run {
    ChatDecoder decoder;
    std::vector<StreamChunk> chunks;

    explicit Run(const std::vector<std::string>& events) {
        for (const std::string& event : events) decoder.decode_event(event, chunks);
        decoder.finish(chunks);
    }
    std::string text() const { return chunk_text(chunks); }
};

std::string delta(const std::string& content, const std::string& rest = "") {
    return R"({"choices":[{"index":0,"delta":{"content":")" + content + "\"}" + rest + "}]}";
}

FinishReason reason_for(const std::string& word, bool with_call) {
    const std::string calls = with_call ? R"([{"index":0,"id":"a","function":{"name":"f"}}])" : "[]";
    return Run({R"({"choices":[{"delta":{"tool_calls":)" + calls + R"(},"finish_reason":)" + word +
                "}]}"})
        .decoder.finish_chunk()
        .reason;
}

}  // namespace

TEST_CASE("pitfall 1, user problem 20: what is no JSON object is a sign of life") {
    const Run run({"", " ", ": keepalive", "ping", ": OPENROUTER PROCESSING", "null", delta("a"),
                   "[DONE]"});
    CHECK(run.text() == "T(a)");
    CHECK(run.decoder.complete());
    CHECK(!run.decoder.malformed());
}

TEST_CASE("a broken object is malformed, what came before stays") {
    const Run run({delta("a"), R"({"choices":[{"delta")", "{}}"});
    CHECK(run.text() == "T(a)");
    CHECK(run.decoder.malformed() == R"({"choices":[{"delta")");
}

TEST_CASE("pitfall 2, user problem 9: choices may be empty, absent, null or senseless") {
    const Run run({R"({"choices":[]})", R"({"id":"gen-1"})", R"({"choices":null})",
                   R"({"choices":[null,7,{}]})", R"({"choices":"x"})", R"({"choices":[{"delta":null}]})",
                   R"({"choices":[{"delta":"x"}]})", delta("a")});
    CHECK(run.text() == "T(a)");
    CHECK(!run.decoder.malformed());
    CHECK(!run.decoder.error());
}

TEST_CASE("a message instead of a delta in a chunk") {
    CHECK(Run({R"({"choices":[{"message":{"role":"assistant","content":"a"}}]})",
               R"({"choices":[{"delta":{},"message":{"content":"b"}}]})",
               R"({"choices":[{"delta":{"content":"c"},"message":{"content":"abc"}}]})"})
              .text() == "T(a) T(b) T(c)");
}

TEST_CASE("members in any order, unknown ones beside them") {
    CHECK(Run({R"({"x":{"choices":[]},"choices":[{"y":1,"finish_reason":null,)"
               R"("delta":{"z":null,"content":"a","role":"assistant"},"index":0}],"id":"gen-1"})"})
              .text() == "T(a)");
}

TEST_CASE("of several choices the first is read") {
    CHECK(Run({R"({"choices":[{"index":1,"delta":{"content":"x"}},{"index":0,"delta":{"content":"a"}}]})",
               R"({"choices":[{"index":1,"delta":{"content":"y"},"finish_reason":"error"}]})",
               R"({"choices":[{"delta":{"content":"b"}}]})"})
              .text() == "T(a) T(b)");
    CHECK(Run({R"({"choices":[{"index":1,"delta":{"content":"x"}}]})",
               R"({"choices":[{"index":2,"delta":{"content":"y"}}]})"})
              .text() == "T(x)");
    CHECK(Run({R"({"choices":[{"index":0.0,"delta":{"content":"a"}}]})"}).text() == "T(a)");
}

TEST_CASE("pitfall 3, 4: usage anywhere, the last wins, the terminal chunk may come twice") {
    const Run run({R"({"usage":null,"choices":[]})",
                   delta("a", R"(,"finish_reason":"stop","native_finish_reason":"STOP")"),
                   R"({"choices":[{"delta":{"content":""},"finish_reason":"stop"}],)"
                   R"("usage":{"prompt_tokens":1,"completion_tokens":1}})",
                   R"({"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"cost":0.5}})",
                   R"({"choices":[],"usage":7})", "[DONE]"});
    CHECK(run.text() == "T(a)");
    REQUIRE(run.decoder.usage());
    CHECK(run.decoder.usage()->input_tokens == 3);
    CHECK(run.decoder.usage()->total_cost->to_string() == "0.5");
    const FinishChunk finish = run.decoder.finish_chunk();
    CHECK(finish.reason == FinishReason::stop);
    CHECK(finish.native_finish_reason == "STOP");
    CHECK(run.decoder.finished());
}

TEST_CASE("user problem 26: no usage is unknown") {
    CHECK(!Run({delta("a")}).decoder.usage());
    CHECK(!Run({R"({"usage":{}})"}).decoder.usage());
}

TEST_CASE("user problem 17, pitfall 18: complete calls win over the finish reason") {
    CHECK(reason_for("\"stop\"", true) == FinishReason::tool_calls);
    CHECK(reason_for("null", true) == FinishReason::tool_calls);
    CHECK(reason_for("\"eos\"", true) == FinishReason::tool_calls);
    CHECK(reason_for("\"length\"", true) == FinishReason::length);
    CHECK(reason_for("\"content_filter\"", true) == FinishReason::content_filter);
    CHECK(reason_for("\"error\"", true) == FinishReason::error);
    CHECK(reason_for("\"stop\"", false) == FinishReason::stop);
    CHECK(reason_for("\"function_call\"", false) == FinishReason::tool_calls);
    CHECK(reason_for("\"eos\"", false) == FinishReason::other);
    CHECK(reason_for("null", false) == FinishReason::other);
    CHECK(Run({delta("", R"(,"finish_reason":"eos")")}).decoder.finish_chunk().finish_reason == "eos");
}

TEST_CASE("the finish tells who answered") {
    const FinishChunk finish =
        Run({R"({"id":"gen-1","model":"a/b-2026","provider":"P","choices":[]})",
             R"({"id":"gen-2","model":"a/c","provider":null,"service_tier":"flex",)"
             R"("system_fingerprint":"fp","choices":[]})",
             R"({"system_fingerprint":"","service_tier":null,"model":7})"})
            .decoder.finish_chunk();
    CHECK(finish.generation_id == "gen-1");
    CHECK(finish.model == "a/c");
    CHECK(finish.provider == "P");
    CHECK(finish.service_tier == "flex");
    CHECK(finish.system_fingerprint == "fp");
}

TEST_CASE("pitfall 5, user problem 10: an error in a chunk, after what came with it") {
    const Run run({delta("a"),
                   R"({"error":{"code":429,"message":"m","metadata":{"error_type":"t"}},)"
                   R"("usage":{"prompt_tokens":1},)"
                   R"("choices":[{"index":0,"delta":{"content":"b"},"finish_reason":"error"}]})"});
    CHECK(run.text() == "T(a) T(b)");
    REQUIRE(run.decoder.error());
    CHECK(run.decoder.error()->object.at("code") == 429);
    CHECK(run.decoder.usage());
    CHECK(run.decoder.finish_chunk().reason == FinishReason::error);
}

TEST_CASE("matrix: in-band error, every place and shape of it") {
    const auto error = [](const std::string& event) {
        const Run run({event});
        const auto found = run.decoder.error();
        return found ? to_json_text(found->object) : "none";
    };
    CHECK(error(R"({"error":{"code":"server_error","message":"m"},"choices":[]})") ==
          R"({"code":"server_error","message":"m"})");
    CHECK(error(R"({"error":{"code":null}})") == R"({"code":null})");
    CHECK(error(R"({"error":{"message":"m"},"user_id":"u"})") == R"({"message":"m"})");
    CHECK(error(R"({"error":"text"})") == R"({"message":"text"})");
    CHECK(error(R"({"error":503})") == R"({"code":503})");
    CHECK(error(R"({"choices":[{"delta":{},"error":{"code":1}}]})") == R"({"code":1})");
    CHECK(error(R"({"choices":[{"finish_reason":"error","error":{"code":1}}]})") == R"({"code":1})");
    CHECK(error(R"({"choices":[{"delta":{},"finish_reason":"error"}]})") == "{}");
    CHECK(error(R"({"error":null,"choices":[{"error":null,"finish_reason":null}]})") == "none");
    CHECK(error(R"({"error":{}})") == "none");
}

TEST_CASE("a finish reason that becomes error is an error") {
    const Run run({delta("a", R"(,"finish_reason":"stop")"), delta("", R"(,"finish_reason":"error")"),
                   delta("", R"(,"finish_reason":"stop")")});
    REQUIRE(run.decoder.error());
    CHECK(run.decoder.error()->object.empty());
    CHECK(run.decoder.finish_chunk().reason == FinishReason::error);
}

TEST_CASE("an error object that comes after the word is taken") {
    const Run run({delta("", R"(,"finish_reason":"error")"), R"({"error":{"code":502}})",
                   R"({"error":{"code":503}})"});
    REQUIRE(run.decoder.error());
    CHECK(run.decoder.error()->object.at("code") == 502);
}

TEST_CASE("silent upstream failure: nothing but a native reason") {
    const Run run({delta("", R"(,"finish_reason":"stop","native_finish_reason":"network_error")"),
                   "[DONE]"});
    CHECK(run.decoder.empty());
    CHECK(run.decoder.failed());
    CHECK(!run.decoder.error());
    CHECK(!Run({delta("a", R"(,"native_finish_reason":"STOP")")}).decoder.failed());
}

TEST_CASE("[DONE] without any chunk is an empty answer") {
    const Run run({"[DONE]"});
    CHECK(run.chunks.empty());
    CHECK(run.decoder.empty());
    CHECK(run.decoder.complete());
    CHECK(run.decoder.finish_chunk().finish_reason.empty());
}

TEST_CASE("nothing is read after [DONE]") {
    CHECK(Run({delta("a"), " [DONE] ", delta("b")}).text() == "T(a)");
}

TEST_CASE("chunks that describe the answer: debug, metadata, citations, logprobs") {
    CHECK(Run({R"({"choices":[],"debug":{"echo_upstream_body":{}}})",
               R"({"citations":["u"],"openrouter_metadata":{"a":1},"user_id":"u"})",
               delta("a", R"(,"logprobs":{"content":[]})"),
               delta("b", R"(,"logprobs":{"tokens":null})")})
              .text() == R"(X(debug={"echo_upstream_body":{}}) X(citations=["u"]) )"
                         R"(X(openrouter_metadata={"a":1}) T(a) X(logprobs={"content":[]}) T(b))");
}

TEST_CASE("a whole body, with padding before it") {
    ChatDecoder decoder;
    std::vector<StreamChunk> out;
    decoder.decode_body("\n         \n\n   "
                        R"({"id":"gen-1","choices":[{"index":0,"finish_reason":"tool_calls",)"
                        R"("message":{"role":"assistant","content":"a","refusal":null,)"
                        R"("reasoning":"r","tool_calls":[{"id":"c","index":0,"type":"function",)"
                        R"("function":{"name":"f","arguments":"{}"}}]}}],)"
                        R"("usage":{"prompt_tokens":4,"completion_tokens":2}})" "\n",
                        out);
    decoder.finish(out);
    CHECK(chunk_text(out) == "R(r//) T(a) C0(c,f,{})");
    CHECK(decoder.finish_chunk().reason == FinishReason::tool_calls);
    CHECK(decoder.usage()->input_tokens == 4);
}

TEST_CASE("user problem 11: a body of HTTP 200 that is an error, whole or partial") {
    ChatDecoder decoder;
    std::vector<StreamChunk> out;
    decoder.decode_body(R"({"error":{"code":429,"message":"m"},"user_id":"u"})", out);
    REQUIRE(decoder.error());
    CHECK(decoder.error()->object.at("code") == 429);
    ChatDecoder partial;
    partial.decode_body(R"({"choices":[{"message":{"content":"half"},"finish_reason":"error",)"
                        R"("error":{"code":502,"message":"m"}}]})",
                        out);
    REQUIRE(partial.error());
    CHECK(partial.error()->object.at("code") == 502);
    CHECK(chunk_text(out) == "T(half)");
}

TEST_CASE("a body that is no JSON object is malformed") {
    for (const char* body : {"", "   ", "<html>", "[]", "null", R"({"a":)"}) {
        ChatDecoder decoder;
        std::vector<StreamChunk> out;
        decoder.decode_body(body, out);
        CHECK(decoder.malformed());
        CHECK(out.empty());
    }
}

TEST_CASE("every split of a stream's bytes gives the same chunks") {
    const std::string body =
        "\xEF\xBB\xBF: OPENROUTER PROCESSING\r\n\r\ndata:" + delta("\xC3\xA4\xF0\x9F\x99\x82") +
        "\r\n\r\ndata: " + delta("x\\ud83d") + "\n\ndata: " + delta("\\ude42") +
        "\n\n: ping\n\ndata: {\"choices\":\ndata: []}\n\ndata: [DONE]";
    for (std::size_t cut = 0; cut <= body.size(); ++cut) {
        ChatDecoder decoder;
        SseParser parser;
        SseEvent event;
        std::vector<StreamChunk> out;
        for (const std::string& piece : {body.substr(0, cut), body.substr(cut)}) {
            parser.feed(piece);
            while (parser.next(event)) decoder.decode_event(event.data, out);
        }
        parser.finish();
        while (parser.next(event)) decoder.decode_event(event.data, out);
        decoder.finish(out);
        CHECK(chunk_text(out) == "T(\xC3\xA4\xF0\x9F\x99\x82) T(x) T(\xF0\x9F\x99\x82)");
        CHECK(decoder.complete());
    }
}
