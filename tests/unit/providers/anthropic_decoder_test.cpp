#include "anthropic_fixture.hpp"
#include "chunk_text.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>

using namespace anthropic_fixture;

namespace {

/// The chunks with neighbouring texts of one kind joined, so that cuts do not show.
std::string shape(const Decoded& decoded) {
    const auto message = decoded.message();
    std::string out = to_json_text(to_json(message)) + message.reasoning.text;
    const auto usage = decoded.decoder.usage();
    out += usage ? to_json_text(usage->raw) : "no usage";
    const auto finish = decoded.decoder.finish_chunk();
    return out + std::string(to_string(finish.reason)) + finish.generation_id + finish.model;
}

std::string blocks(const AssistantMessage& message) {
    const auto* native = find_object(message.extra, "native_content");
    return native ? to_json_text(native->at("blocks")) : "-";
}

}  // namespace

TEST_CASE("A Messages stream becomes text, thoughts, calls, usage and a finish") {
    Decoded decoded;
    decoded.feed(sse(rich_answer()));
    CHECK(chunk_text(decoded.chunks) ==
          R"(R(Let me //[{"type":"reasoning.text","text":"Let me ",)"
          R"("format":"anthropic-claude-v1","index":0}]) )"
          R"(R(think ü😂.//[{"type":"reasoning.text","text":"think ü😂.",)"
          R"("format":"anthropic-claude-v1","index":0}]) )"
          R"(R(//[{"type":"reasoning.text","signature":"c2ln","format":"anthropic-claude-v1",)"
          R"("index":0}]) )"
          R"(T(Zwölf ) T(😂!) C0(toolu_1,weather,) C0(,,{"city": "Os) C0(,,lo"}) C1(toolu_2,now,))");
    const auto finish = decoded.decoder.finish_chunk();
    CHECK(finish.reason == FinishReason::tool_calls);
    CHECK(finish.finish_reason == "tool_use");
    CHECK(finish.generation_id == "msg_1");
    CHECK(finish.model == "claude-sonnet-4-5-20250929");
    CHECK(finish.provider == "Anthropic");
    CHECK(decoded.decoder.complete());
    CHECK(decoded.decoder.finished());
    CHECK_FALSE(decoded.decoder.empty());
    CHECK_FALSE(decoded.decoder.malformed());
    const auto usage = decoded.decoder.usage();
    REQUIRE(usage);
    CHECK(usage->input_tokens == 10);
    CHECK(usage->cache_read_tokens == 20);
    CHECK(usage->cache_write_tokens == 3);
    CHECK(usage->output_tokens == 42);
    CHECK_FALSE(usage->total_cost);
    const auto message = decoded.message();
    CHECK(to_json_text(*message.reasoning.details) ==
          R"([{"type":"reasoning.text","text":"Let me think ü😂.","format":"anthropic-claude-v1",)"
          R"("index":0,"signature":"c2ln"}])");
    CHECK(message.tool_calls.at(0).arguments == R"({"city": "Oslo"})");
    CHECK(blocks(message) == "-");
}

TEST_CASE("Every byte split of a Messages stream gives the same answer") {
    const std::string stream = sse(rich_answer());
    const std::string whole = shape(Decoded().feed(stream));
    for (std::size_t cut = 1; cut < stream.size(); ++cut) {
        Decoded decoded;
        SseParser parser;
        SseEvent event;
        for (const auto piece : {std::string_view(stream).substr(0, cut),
                                 std::string_view(stream).substr(cut)}) {
            parser.feed(piece);
            while (parser.next(event)) decoded.decoder.decode_event(event, decoded.chunks);
        }
        decoded.decoder.finish(decoded.chunks);
        if (shape(decoded) != whole) FAIL("cut at " << cut);
    }
    CHECK(shape(Decoded().feed(stream, 1)) == whole);
}

TEST_CASE("A whole message reads as its stream") {
    Decoded decoded;
    decoded.decoder.decode_body(
        R"( {"id":"msg_1","type":"message","role":"assistant",)"
        R"("model":"claude-sonnet-4-5-20250929",)"
        R"("content":[{"type":"thinking","thinking":"Let me think ü😂.","signature":"c2ln"},)"
        R"({"type":"text","text":"Zwölf 😂!","citations":null},)"
        R"({"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Oslo"}},)"
        R"({"type":"tool_use","id":"toolu_2","name":"now","input":{}}],)"
        R"("stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":10,)"
        R"("cache_creation_input_tokens":3,"cache_read_input_tokens":20,"output_tokens":42}} )",
        decoded.chunks);
    decoded.decoder.finish(decoded.chunks);
    Decoded streamed;
    streamed.feed(sse(rich_answer()));
    auto expected = streamed.message();
    expected.tool_calls[0].arguments = R"({"city":"Oslo"})";
    CHECK(to_json_text(to_json(decoded.message())) == to_json_text(to_json(expected)));
    CHECK(decoded.decoder.usage()->output_tokens == 42);
    CHECK(decoded.decoder.finished());
    CHECK(decoded.decoder.complete());
    CHECK(decoded.decoder.finish_chunk().reason == FinishReason::tool_calls);
}

TEST_CASE("Stop reasons map to finish reasons, and unknown words are kept") {
    struct Row {
        const char* word;
        FinishReason reason;
    };
    for (const Row& row : {Row{"end_turn", FinishReason::stop},
                           Row{"stop_sequence", FinishReason::stop},
                           Row{"max_tokens", FinishReason::length},
                           Row{"model_context_window_exceeded", FinishReason::length},
                           Row{"refusal", FinishReason::content_filter},
                           Row{"pause_turn", FinishReason::other},
                           Row{"compaction", FinishReason::other},
                           Row{"of the future", FinishReason::other}}) {
        Decoded decoded;
        decoded.feed(sse({start_event(), end_event(row.word), stop_event()}));
        INFO(row.word);
        CHECK(decoded.decoder.finish_chunk().reason == row.reason);
        CHECK(decoded.decoder.finish_chunk().finish_reason == row.word);
        CHECK(decoded.decoder.empty());
    }
}

TEST_CASE("A call that was cut short by the limit is no reason to run it") {
    Decoded decoded;
    decoded.feed(sse({start_event(),
                      block_start(0, R"({"type":"tool_use","id":"t","name":"n","input":{}})"),
                      block_delta(0, R"({"type":"input_json_delta","partial_json":"{\"a"})"),
                      end_event("max_tokens"), stop_event()}));
    CHECK(decoded.decoder.finish_chunk().reason == FinishReason::length);
}

TEST_CASE("Redacted, omitted and interleaved thoughts keep their places") {
    Decoded decoded;
    decoded.feed(sse({start_event(),
                      block_start(0, R"({"type":"redacted_thinking","data":"RU5D"})"),
                      block_stop(0),
                      block_start(1, R"({"type":"thinking","thinking":"","signature":""})"),
                      block_delta(1, R"({"type":"signature_delta","signature":"AAA"})"),
                      block_stop(1),
                      block_start(2, R"({"type":"text","text":"First."})"),
                      block_stop(2),
                      block_start(3, R"({"type":"thinking","thinking":"more"})"),
                      block_delta(3, R"({"type":"signature_delta","signature":"BBB"})"),
                      block_stop(3),
                      block_start(4, R"({"type":"tool_use","id":"t1","name":"n","input":{}})"),
                      block_stop(4), end_event("tool_use"), stop_event()}));
    const auto message = decoded.message();
    CHECK(to_json_text(*message.reasoning.details) ==
          R"([{"type":"reasoning.encrypted","data":"RU5D","format":"anthropic-claude-v1",)"
          R"("index":0},)"
          R"({"type":"reasoning.text","signature":"AAA","format":"anthropic-claude-v1","index":1},)"
          R"({"type":"reasoning.text","text":"more","format":"anthropic-claude-v1","index":3,)"
          R"("signature":"BBB"}])");
    CHECK(blocks(message) == R"([{"type":"thinking"},{"type":"thinking"},)"
                             R"({"type":"text","bytes":6},{"type":"thinking"},)"
                             R"({"type":"tool_use"}])");
}

TEST_CASE("What the server's own tools did is kept, and told as it happens") {
    Decoded decoded;
    decoded.feed(sse(
        {start_event(),
         block_start(0, R"({"type":"server_tool_use","id":"srv_1","name":"web_search",)"
                        R"("input":{}})"),
         block_delta(0, R"({"type":"input_json_delta","partial_json":"{\"query\":\"x\"}"})"),
         block_stop(0),
         block_start(1, R"({"type":"web_search_tool_result","tool_use_id":"srv_1","content":[)"
                        R"({"type":"web_search_result","url":"https://a.example","title":"A",)"
                        R"("encrypted_content":"E"}]})"),
         block_stop(1),
         block_start(2, R"({"type":"text","text":""})"),
         block_delta(2, R"({"type":"citations_delta","citation":{"type":)"
                        R"("web_search_result_location","url":"https://a.example","title":"A",)"
                        R"("cited_text":"so it is","encrypted_index":"I"}})"),
         block_delta(2, R"({"type":"text_delta","text":"So it is."})"),
         block_stop(2), end_event("end_turn"), stop_event()}));
    const std::string all = chunk_text(decoded.chunks);
    CHECK(all.find("X(native_content=") == all.rfind("X(native_content="));
    CHECK(all.starts_with(R"(X(debug={"index":0,"content_block":{"type":"server_tool_use",)"
                          R"("id":"srv_1","name":"web_search","input":{"query":"x"}}}) )"
                          R"(X(debug={"index":1,"content_block":{"type":)"
                          R"("web_search_tool_result",)"));
    const auto message = decoded.message();
    CHECK(blocks(message) ==
          R"([{"type":"server_tool_use","id":"srv_1","name":"web_search","input":{"query":"x"}},)"
          R"({"type":"web_search_tool_result","tool_use_id":"srv_1","content":[)"
          R"({"type":"web_search_result","url":"https://a.example","title":"A",)"
          R"("encrypted_content":"E"}]},)"
          R"({"type":"text","bytes":9,"citations":[{"type":"web_search_result_location",)"
          R"("url":"https://a.example","title":"A","cited_text":"so it is",)"
          R"("encrypted_index":"I"}]}])");
    CHECK(to_json_text(message.extra.at("annotations")) ==
          R"([{"type":"url_citation","url_citation":{"url":"https://a.example","title":"A",)"
          R"("content":"so it is"}}])");
}

TEST_CASE("An error event ends the answer and keeps what came before") {
    Decoded decoded;
    decoded.feed(sse({start_event(), block_start(0, R"({"type":"text","text":"Hel"})"),
                      R"({"type":"error","error":{"type":"overloaded_error",)"
                      R"("message":"Overloaded"},"request_id":"req_1"})",
                      block_delta(0, R"({"type":"text_delta","text":"never read"})")}));
    CHECK(chunk_text(decoded.chunks) == "T(Hel)");
    REQUIRE(decoded.decoder.error());
    CHECK(to_json_text(decoded.decoder.error()->object) ==
          R"({"type":"overloaded_error","message":"Overloaded","request_id":"req_1"})");
    CHECK(decoded.decoder.complete());
    CHECK_FALSE(decoded.decoder.finished());
    CHECK(decoded.decoder.finish_chunk().reason == FinishReason::error);
    const auto usage = decoded.decoder.usage();
    REQUIRE(usage);
    CHECK(usage->input_tokens == 10);
    CHECK_FALSE(usage->output_tokens);
}

TEST_CASE("Events and deltas that nobody knows yet are told and harm nothing") {
    Decoded decoded;
    decoded.feed(sse({start_event(), R"({"type":"weather_report","sky":"blue"})",
                      block_start(0, R"({"type":"compaction","content":"a"})"),
                      block_delta(0, R"({"type":"compaction_delta","content":"bc"})"),
                      block_stop(0),
                      block_start(1, R"({"type":"text","text":"x"})"),
                      block_delta(1, R"({"type":"mood_delta","mood":"good"})"),
                      block_stop(1), end_event("end_turn"), stop_event(), "[DONE]"}));
    CHECK(chunk_text(decoded.chunks) ==
          R"(X(debug={"type":"weather_report","sky":"blue"}) )"
          R"(X(debug={"index":0,"delta":{"type":"compaction_delta","content":"bc"}}) )"
          R"(X(debug={"index":0,"content_block":{"type":"compaction","content":"abc"}}) )"
          R"(T(x) X(debug={"index":1,"delta":{"type":"mood_delta","mood":"good"}}) )"
          R"(X(native_content={"format":"anthropic-messages","blocks":[)"
          R"({"type":"compaction","content":"abc"},{"type":"text","bytes":1}]}))");
}

TEST_CASE("What the server did to the request is told, in a stream and in a whole message") {
    const std::string start = R"({"type":"message_start","message":{"content":[],)"
                              R"("input_transformations":[{"type":"thinking_dropped"}],)"
                              R"("context_management":null}})";
    const std::string end = R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},)"
                            R"("context_management":{"applied_edits":[{"type":"x"}]},)"
                            R"("input_transformations":[]})";
    Decoded streamed;
    streamed.feed(sse({start, end, stop_event()}));
    CHECK(chunk_text(streamed.chunks) ==
          R"(X(debug={"input_transformations":[{"type":"thinking_dropped"}]}) )"
          R"(X(debug={"context_management":{"applied_edits":[{"type":"x"}]}}))");
    Decoded whole;
    whole.decoder.decode_body(
        R"({"type":"message","content":[],"stop_reason":"end_turn",)"
        R"("context_management":{"applied_edits":[{"type":"x"}]},)"
        R"("input_transformations":[{"type":"thinking_dropped"}]})",
        whole.chunks);
    CHECK(chunk_text(whole.chunks) ==
          R"(X(debug={"context_management":{"applied_edits":[{"type":"x"}]},)"
          R"("input_transformations":[{"type":"thinking_dropped"}]}))");
}

TEST_CASE("A call of the server's tools whose input was cut off is told, and not kept") {
    for (const char* type : {"server_tool_use", "mcp_tool_use"}) {
        Decoded decoded;
        decoded.feed(sse(
            {start_event(), block_start(0, R"({"type":"text","text":"So."})"), block_stop(0),
             block_start(1, R"({"type":")" + std::string(type) +
                                R"(","id":"s1","name":"web_search","input":{}})"),
             block_delta(1, R"({"type":"input_json_delta","partial_json":"{\"query\":\"a"})"),
             block_stop(1), end_event("max_tokens"), stop_event()}));
        CHECK(blocks(decoded.message()) == "-");
        CHECK(chunk_text(decoded.chunks).find(R"("input":"{\"query\":\"a"})") !=
              std::string::npos);
    }
}

TEST_CASE("The chunks of an answer grow with its blocks, not with their square") {
    const auto told = [](int count) {
        std::vector<std::string> events{start_event()};
        for (int i = 0; i < count; ++i) {
            events.push_back(block_start(i, R"({"type":"web_search_tool_result"})"));
            events.push_back(block_stop(i));
        }
        events.push_back(end_event("end_turn"));
        return chunk_text(Decoded().feed(sse(events)).chunks).size();
    };
    CHECK(told(400) < 5 * told(100));
}

TEST_CASE("Blocks are found by their index, the latest of those that share one") {
    Decoded decoded;
    decoded.feed(sse({start_event(), block_start(7, R"({"type":"text","text":"a"})"),
                      block_start(3, R"({"type":"thinking","thinking":"t","signature":"s"})"),
                      block_delta(7, R"({"type":"text_delta","text":"b"})"), block_stop(3),
                      block_start(7, R"({"type":"tool_use","id":"t1","name":"n","input":{}})"),
                      block_delta(7, R"({"type":"input_json_delta","partial_json":"{}"})"),
                      R"({"type":"content_block_stop"})", end_event("tool_use"), stop_event()}));
    const auto message = decoded.message();
    CHECK(text_of(message.content) == "ab");
    CHECK(message.reasoning.text == "t");
    CHECK(message.tool_calls.at(0).arguments == "{}");
}

TEST_CASE("Hostile events neither throw nor invent content") {
    const std::vector<std::string> rows = {
        "", "[]", "null", "{", "{}", "[DONE", "\xff\xfe", R"({"type":null})", R"({"type":7})",
        R"({"type":"message_start"})", R"({"type":"message_start","message":[]})",
        R"({"type":"content_block_start"})", R"({"type":"content_block_start","index":"x"})",
        R"({"type":"content_block_delta","index":99999999999999999999})",
        R"({"type":"content_block_delta","delta":{"type":"text_delta"}})",
        R"({"type":"content_block_delta","delta":{"type":"text_delta","text":null}})",
        R"({"type":"content_block_stop","index":-1})", R"({"type":"content_block_stop"})",
        R"({"type":"message_delta","delta":null,"usage":null})",
        R"({"type":"message_delta","delta":{"stop_reason":null},"usage":{"output_tokens":null}})",
        R"({"type":"message_start","message":{"content":[null,7,{}],"usage":[]}})",
        R"({"type":"error"})", R"({"type":"error","error":null})", R"({"error":"text"})"};
    for (const auto& first : rows) {
        for (const auto& second : rows) {
            Decoded decoded;
            CHECK_NOTHROW(decoded.feed(sse({first, second, end_event("end_turn")})));
            CHECK(decoded.message().tool_calls.empty());
            CHECK(text_of(decoded.message().content).empty());
        }
    }
}

TEST_CASE("A stream with bytes changed at random neither throws nor gives what is no UTF-8") {
    const std::string stream = sse(rich_answer());
    std::mt19937 random(7);
    for (int round = 0; round < 3000; ++round) {
        std::string changed = stream;
        for (int change = 0; change < 1 + round % 8; ++change)
            changed[random() % changed.size()] = static_cast<char>(random());
        Decoded decoded;
        REQUIRE_NOTHROW(decoded.feed(changed, 1 + random() % 100));
        const auto message = decoded.message();
        CHECK(is_valid_utf8(text_of(message.content) + message.reasoning.text));
        MessageRequest request = asking();
        request.messages.add(message).add_user("more");
        const auto body = anthropic::write_request(bare_options(), request, {}).body;
        CHECK(is_valid_utf8(body));
        CHECK(try_parse_json(body));
    }
}

TEST_CASE("A text without its block's start is text, a piece of a call without it is none") {
    Decoded decoded;
    decoded.feed(sse({block_delta(0, R"({"type":"text_delta","text":"hi"})"),
                      block_delta(1, R"({"type":"input_json_delta","partial_json":"{}"})"),
                      end_event("end_turn")}));
    CHECK(text_of(decoded.message().content) == "hi");
    CHECK(decoded.message().tool_calls.empty());
    CHECK(decoded.decoder.finish_chunk().reason == FinishReason::stop);
}

TEST_CASE("Bytes that are no UTF-8 come out as replacement characters, details as they were") {
    Decoded decoded;
    decoded.feed(sse({start_event(), block_start(0, "{\"type\":\"text\",\"text\":\"a\xff" "b\"}"),
                      block_delta(0, R"({"type":"text_delta","text":"\ud83d"})"), block_stop(0),
                      end_event("end_turn"), stop_event()}));
    CHECK(text_of(decoded.message().content) == "a\xEF\xBF\xBD" "b\xEF\xBF\xBD");
}

TEST_CASE("OpenRouter's version of the API tells cost and provider") {
    Decoded decoded("openai/gpt-5");
    decoded.feed(
        ": OPENROUTER PROCESSING\n\n" +
        sse({R"({"type":"message_start","message":{"id":"gen-1","model":"openai/gpt-5",)"
             R"("provider":"OpenAI","content":[],"usage":{"input_tokens":0,"output_tokens":0}}})",
             block_start(0, R"({"type":"thinking","thinking":"t","signature":"s"})"),
             block_stop(0), block_start(1, R"({"type":"text","text":"x"})"), block_stop(1),
             end_event("end_turn", R"({"input_tokens":4,"output_tokens":7,"cost":0.00012,)"
                                   R"("is_byok":false})"),
             stop_event(), "[DONE]"}));
    const auto usage = decoded.decoder.usage();
    REQUIRE(usage);
    CHECK(usage->total_cost->to_string() == "0.00012");
    CHECK(usage->input_tokens == 4);
    CHECK(decoded.decoder.finish_chunk().provider == "OpenAI");
    CHECK(find_string(decoded.message().reasoning.details->at(0).as_object(), "format") ==
          "unknown");
}
