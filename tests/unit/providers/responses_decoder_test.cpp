#include "responses_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace responses_fixture;

namespace {

const std::string created =
    R"({"type":"response.created","response":{"id":"resp_1","model":"gpt-5","status":)"
    R"("in_progress","output":[],"service_tier":"auto"},"sequence_number":0})";

const std::string message_added =
    R"({"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":)"
    R"("message","role":"assistant","content":[]}})";

std::string text_delta(std::string_view delta) {
    return R"({"type":"response.output_text.delta","item_id":"msg_1","output_index":0,)"
           R"("content_index":0,"delta":)" + to_json_text(json::value(delta)) + "}";
}

const std::string message_done =
    R"({"type":"response.output_item.done","output_index":0,"item":{"id":"msg_1","type":"message",)"
    R"("role":"assistant","content":[{"type":"output_text","text":"Hello there","annotations":)"
    R"([]}]}})";

const std::string whole_message =
    R"([{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text",)"
    R"("text":"Hello there","annotations":[]}]}])";

const std::string call_added =
    R"({"type":"response.output_item.added","output_index":0,"item":{"id":"fc_1","type":)"
    R"("function_call","call_id":"call_1","name":"weather","arguments":""}})";

std::string arguments_delta(std::string_view delta) {
    return R"({"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":0,)"
           R"("delta":)" + to_json_text(json::value(delta)) + "}";
}

const std::string arguments_done =
    R"({"type":"response.function_call_arguments.done","item_id":"fc_1","output_index":0,)"
    R"("name":"weather","arguments":"{\"city\":\"Oslo\"}"})";

const std::string whole_call =
    R"({"id":"fc_1","type":"function_call","call_id":"call_1","name":"weather","arguments":)"
    R"("{\"city\":\"Oslo\"}","status":"completed"})";

const std::string call_done =
    R"({"type":"response.output_item.done","output_index":0,"item":)" + whole_call + "}";

std::string texts(const Reading& reading) {
    std::string all;
    for (const StreamChunk& chunk : reading.chunks)
        if (const auto* text = std::get_if<TextChunk>(&chunk)) all += text->text;
    return all;
}

}  // namespace

TEST_CASE("A text arrives once, whichever of its events are there") {
    using List = std::vector<std::string>;
    const std::string text_done =
        R"({"type":"response.output_text.done","item_id":"msg_1","output_index":0,)"
        R"("content_index":0,"text":"Hello there"})";
    const std::string part_done =
        R"({"type":"response.content_part.done","item_id":"msg_1","output_index":0,)"
        R"("content_index":0,"part":{"type":"output_text","text":"Hello there"}})";
    const std::vector<List> streams = {
        {created, message_added, text_delta("Hello"), text_delta(" there"), text_done, part_done,
         message_done, completed(whole_message), "[DONE]"},
        {created, message_added, text_delta("Hello"), text_delta(" there"), completed()},
        {created, message_added, text_done, completed(whole_message)},
        {created, message_added, part_done, completed(whole_message)},
        {created, message_added, text_delta("Hel"), message_done, completed(whole_message)},
        {created, message_done, completed()},
        {created, text_delta("Hello there"), completed(whole_message)},
        {completed(whole_message)},
    };
    for (const List& stream : streams) {
        const auto reading = read_events(stream);
        INFO(reading->text());
        CHECK(texts(*reading) == "Hello there");
        CHECK(reading->decoder().finished());
        CHECK_FALSE(reading->decoder().empty());
        const FinishChunk finish = reading->decoder().finish_chunk();
        CHECK(finish.reason == FinishReason::stop);
        CHECK(finish.finish_reason == "completed");
        CHECK(finish.generation_id == "resp_1");
        CHECK(finish.model == "gpt-5-2025-08-07");
    }
}

TEST_CASE("A tool call arrives once, whichever of its events are there") {
    using List = std::vector<std::string>;
    const std::string end = completed("[" + whole_call + "]");
    const std::vector<List> streams = {
        {created, call_added, arguments_delta("{\"city\":"), arguments_delta("\"Oslo\"}"),
         arguments_done, call_done, end, "[DONE]"},
        {created, call_added, arguments_delta("{\"city\":\"Oslo\"}"), completed()},
        {created, call_added, arguments_done, completed()},
        {created, call_added, call_done, completed()},
        {created, call_done, end},
        {created, arguments_delta("{\"city\""), call_done, end},
        {created, arguments_done, end},
        {created, call_added, arguments_delta("{"), end},
        {end},
    };
    for (const List& stream : streams) {
        const auto reading = read_events(stream);
        INFO(reading->text());
        const AssistantMessage message = reading->message();
        REQUIRE(message.tool_calls.size() == 1);
        CHECK(message.tool_calls[0].id == "call_1");
        CHECK(message.tool_calls[0].name == "weather");
        CHECK(message.tool_calls[0].arguments == R"({"city":"Oslo"})");
        CHECK(message.tool_calls[0].extra.empty());
        CHECK(reading->decoder().finish_chunk().reason == FinishReason::tool_calls);
    }
}

TEST_CASE("Fragments of tool calls come as they arrive, numbered in order of their first sight") {
    const auto reading = read_events(
        {call_added, arguments_delta("{\"city\""),
         R"({"type":"response.output_item.added","output_index":1,"item":{"id":"fc_2","type":)"
         R"("function_call","call_id":"call_2","name":"time"}})",
         R"({"type":"response.function_call_arguments.delta","item_id":"fc_2","output_index":1,)"
         R"("delta":"{}"})",
         arguments_delta(":\"Oslo\"}"), completed()});
    CHECK(reading->text() == "C0(call_1,weather,) C0(,,{\"city\") C1(call_2,time,) C1(,,{}) "
                             "C0(,,:\"Oslo\"})");
}

TEST_CASE("An item is found by its place when a proxy gives it a new id in every event") {
    const auto reading = read_events(
        {R"({"type":"response.output_item.added","output_index":0,"item":{"id":"a","type":)"
         R"("function_call","call_id":"call_1","name":"weather"}})",
         R"({"type":"response.function_call_arguments.delta","item_id":"b","output_index":0,)"
         R"("delta":"{\"city\":"})",
         R"({"type":"response.function_call_arguments.delta","item_id":"c","output_index":0,)"
         R"("delta":"\"Oslo\"}"})",
         R"({"type":"response.output_item.done","output_index":0,"item":{"id":"d","type":)"
         R"("function_call","call_id":"call_1","name":"weather","arguments":)"
         R"("{\"city\":\"Oslo\"}"}})",
         completed("[" + whole_call + "]")});
    const AssistantMessage message = reading->message();
    REQUIRE(message.tool_calls.size() == 1);
    CHECK(message.tool_calls[0].arguments == R"({"city":"Oslo"})");
}

TEST_CASE("An item that only the end knows is neither lost nor taken for another one") {
    const auto reading = read_events(
        {call_added, arguments_delta("{\"city\":\"Oslo\"}"),
         completed(R"([{"id":"fc_0","type":"function_call","call_id":"call_0","name":"time",)"
                   R"("arguments":"{}"},)" + whole_call + "]")});
    const AssistantMessage message = reading->message();
    REQUIRE(message.tool_calls.size() == 2);
    CHECK(message.tool_calls[0].id == "call_1");
    CHECK(message.tool_calls[0].arguments == R"({"city":"Oslo"})");
    CHECK(message.tool_calls[1].id == "call_0");
    CHECK(message.tool_calls[1].arguments == "{}");
}

TEST_CASE("A refusal, annotations, a phase and custom calls are kept") {
    const auto reading = read_events(
        {R"({"type":"response.refusal.delta","item_id":"m","output_index":0,"delta":"I "})",
         R"({"type":"response.refusal.done","item_id":"m","output_index":0,"refusal":"I won't"})",
         R"({"type":"response.output_text.annotation.added","item_id":"m","output_index":0,)"
         R"("annotation":{"type":"url_citation","url":"https://a.b"}})",
         R"({"type":"response.output_item.done","output_index":0,"item":{"id":"m","type":)"
         R"("message","phase":"final_answer","content":[{"type":"refusal","refusal":"I won't"},)"
         R"({"type":"output_text","text":"","annotations":[{"type":"url_citation","url":)"
         R"("https://a.b"},{"type":"url_citation","url":"https://c.d"}]}]}})",
         R"({"type":"response.custom_tool_call_input.delta","item_id":"c","output_index":1,)"
         R"("delta":"raw "})",
         R"({"type":"response.output_item.done","output_index":1,"item":{"id":"c","type":)"
         R"("custom_tool_call","call_id":"call_c","name":"shell","input":"raw text",)"
         R"("namespace":"n"}})",
         completed()});
    const AssistantMessage message = reading->message();
    CHECK(to_json_text(message.extra) ==
          R"({"refusal":"I won't","annotations":[{"type":"url_citation","url_citation":)"
          R"({"url":"https://a.b"}},{"type":"url_citation","url_citation":{"url":)"
          R"("https://c.d"}}],"phase":"final_answer"})");
    REQUIRE(message.tool_calls.size() == 1);
    CHECK(message.tool_calls[0].arguments == "raw text");
    CHECK(to_json_text(message.tool_calls[0].extra) == R"({"type":"custom","namespace":"n"})");
}

TEST_CASE("Items of the server's own tools are kept once, as the end has them") {
    const auto reading = read_events(
        {R"({"type":"response.output_item.added","output_index":0,"item":{"id":"ws_1","type":)"
         R"("web_search_call","status":"in_progress"}})",
         R"({"type":"response.web_search_call.searching","item_id":"ws_1","output_index":0})",
         R"({"type":"response.output_item.done","output_index":0,"item":{"id":"ws_1","type":)"
         R"("web_search_call","status":"completed"}})",
         completed(R"([{"id":"ws_9","type":"web_search_call","status":"completed","action":)"
                   R"({}}])")});
    CHECK(reading->text() == R"(X(output_items=[{"id":"ws_9","type":"web_search_call",)"
                             R"("status":"completed","action":{}}]))");
    CHECK_FALSE(reading->decoder().empty());
}

TEST_CASE("Items of the server's own tools are all kept, in the order of the end") {
    const auto item = [](std::string_view id) {
        return R"({"id":")" + std::string(id) + R"(","type":"web_search_call"})";
    };
    const auto added = [&](std::string_view id) {
        return R"({"type":"response.output_item.added","item":)" + item(id) + "}";
    };
    const std::vector<std::string> ends = {
        item("b") + "," + item("a"), item("c") + "," + item("b") + "," + item("a"),
        item("a") + "," + item("b") + "," + item("a")};
    for (const std::string& end : ends) {
        const auto reading = read_events({added("a"), added("b"), completed("[" + end + "]")});
        const bool twice = &end == &ends.back();
        CHECK(reading->text() ==
              "X(output_items=[" + (twice ? item("a") + "," + item("b") : end) + "])");
    }
}

TEST_CASE("Log probabilities come once for each part, in the shape of chat completions") {
    const std::string one = R"([{"token":"Hi","logprob":-0.5,"bytes":[72,105],"top_logprobs":[]}])";
    const std::string two = R"([{"token":"!","logprob":-1.5,"bytes":[33],"top_logprobs":[]}])";
    const std::string item =
        R"({"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text",)"
        R"("text":"Hi","annotations":[],"logprobs":)" + one +
        R"(},{"type":"output_text","text":"!","logprobs":)" + two +
        R"(},{"type":"output_text","text":"","logprobs":[]}]})";
    const std::string delta =
        R"({"type":"response.output_text.delta","item_id":"msg_1","output_index":0,)"
        R"("content_index":0,"delta":"Hi","logprobs":)" + one + "}";
    const std::string text_done =
        R"({"type":"response.output_text.done","item_id":"msg_1","output_index":0,)"
        R"("content_index":0,"text":"Hi","logprobs":)" + one + "}";
    const std::string item_done =
        R"({"type":"response.output_item.done","output_index":0,"item":)" + item + "}";
    const std::string end = completed("[" + item + "]");
    using List = std::vector<std::string>;
    for (const List& stream :
         {List{created, message_added, delta, text_done, item_done, end}, List{delta, end},
          List{item_done, completed()}, List{end}}) {
        const auto reading = read_events(stream);
        std::vector<std::string> found;
        for (const StreamChunk& chunk : reading->chunks)
            if (const auto* extra = std::get_if<ExtraChunk>(&chunk))
                found.push_back(extra->name + to_json_text(extra->value));
        CHECK(found == std::vector<std::string>{R"(logprobs{"content":)" + one + "}",
                                                R"(logprobs{"content":)" + two + "}"});
        CHECK(texts(*reading) == "Hi!");
    }
    CHECK(read_events({completed(whole_message)})->text() == "T(Hello there)");
}

TEST_CASE("One event that cannot be read loses nothing of what follows, and is told at the end") {
    const auto reading =
        read_events({created, text_delta("Hello"), "{bad", text_delta(" there"), completed()});
    CHECK(texts(*reading) == "Hello there");
    CHECK(reading->decoder().finished());
    CHECK_FALSE(reading->reader.truncated());
    CHECK(reading->decoder().malformed() == "{bad");
    CHECK(reading->decoder().finish_chunk().reason == FinishReason::stop);
}

TEST_CASE("The end of a response is told in one of our words") {
    struct Row {
        const char* last;
        FinishReason reason;
        const char* native;
    };
    const Row rows[] = {
        {R"({"type":"response.completed","response":{"status":"completed"}})", FinishReason::stop,
         "completed"},
        {R"({"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":)"
         R"({"reason":"max_output_tokens"}}})", FinishReason::length, "max_output_tokens"},
        {R"({"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":)"
         R"({"reason":"content_filter"}}})", FinishReason::content_filter, "content_filter"},
        {R"({"type":"response.incomplete","response":{"incomplete_details":{"reason":"new"}}})",
         FinishReason::other, "new"},
        {R"({"type":"response.incomplete","response":{}})", FinishReason::other, "incomplete"},
        {R"({"type":"response.failed","response":{"status":"failed","error":{"code":)"
         R"("server_error","message":"no"}}})", FinishReason::error, "failed"},
        {R"({"type":"response.cancelled","response":{"status":"cancelled"}})", FinishReason::error,
         "cancelled"},
    };
    for (const Row& row : rows) {
        const auto reading = read_events({text_delta("x"), row.last});
        INFO(row.last);
        CHECK(texts(*reading) == "x");
        CHECK(reading->decoder().finish_chunk().reason == row.reason);
        CHECK(reading->decoder().finish_chunk().native_finish_reason == row.native);
        CHECK(reading->decoder().finished());
        CHECK(reading->decoder().error().has_value() == (row.reason == FinishReason::error));
    }
}

TEST_CASE("An error is found wherever a server puts it") {
    struct Row {
        const char* last;
        const char* object;
    };
    const Row rows[] = {
        {R"({"type":"error","code":"rate_limit_exceeded","message":"slow","param":null,)"
         R"("sequence_number":3})",
         R"({"code":"rate_limit_exceeded","message":"slow","param":null})"},
        {R"({"type":"error","error":{"type":"invalid_request_error","code":"c","message":"m"}})",
         R"({"type":"invalid_request_error","code":"c","message":"m"})"},
        {R"({"type":"response.error","error":"text"})", R"({"message":"text"})"},
        {R"({"error":{"code":502,"message":"died"}})", R"({"code":502,"message":"died"})"},
        {R"({"type":"response.failed","response":{"status":"failed","error":{"code":)"
         R"("server_error","message":"no"},"error_type":"provider_unavailable"}})",
         R"({"code":"server_error","message":"no","error_type":"provider_unavailable"})"},
        {R"({"type":"response.failed","response":{"status":"failed","error":null}})", "{}"},
        {R"({"type":"error"})", "{}"},
    };
    for (const Row& row : rows) {
        const auto reading = read_events({text_delta("x"), row.last});
        INFO(row.last);
        CHECK(texts(*reading) == "x");
        REQUIRE(reading->decoder().error());
        CHECK(to_json_text(reading->decoder().error()->object) == row.object);
        CHECK(reading->decoder().error()->object.empty() !=
              reading->decoder().error()->native_reason.empty());
    }
}

TEST_CASE("Usage is counted without what came from the cache, and its cost is exact") {
    const auto reading = read_events(
        {completed("[]", R"("usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":)"
                         R"(60,"cache_write_tokens":10},"output_tokens":40,)"
                         R"("output_tokens_details":{"reasoning_tokens":25},"total_tokens":140,)"
                         R"("cost":0.00014199999,"is_byok":true,"cost_details":)"
                         R"({"upstream_inference_cost":0.1}})")});
    const auto usage = reading->decoder().usage();
    REQUIRE(usage);
    CHECK(usage->input_tokens == 30);
    CHECK(usage->cache_read_tokens == 60);
    CHECK(usage->cache_write_tokens == 10);
    CHECK(usage->output_tokens == 40);
    CHECK(usage->reasoning_tokens == 25);
    CHECK(usage->total_cost->to_string() == "0.10014199999");
    CHECK(usage->raw.contains("input_tokens"));
    CHECK_FALSE(read_events({completed()})->decoder().usage());
}

TEST_CASE("A whole response reads like a streamed one") {
    const std::string body =
        R"(
           {"id":"resp_1","object":"response","status":"completed","model":"gpt-5","output":)" +
        whole_message + R"(,"error":null,"usage":{"input_tokens":3,"output_tokens":2}} )";
    const auto reading = read(body);
    CHECK(reading->text() == "T(Hello there)");
    CHECK(reading->decoder().usage()->input_tokens == 3);
    CHECK(reading->decoder().finish_chunk().reason == FinishReason::stop);
    CHECK(read(R"({"error":{"message":"no","code":400}})")->decoder().error());
    CHECK(read(R"({"type":"error","message":"no"})")->decoder().error());
    CHECK(read("<html>no")->decoder().malformed());
}

TEST_CASE("A stream that ends without its end is known as cut") {
    CHECK(read_events({created, text_delta("x")})->reader.truncated());
    CHECK_FALSE(read_events({created, text_delta("x"), completed()})->reader.truncated());
    CHECK_FALSE(read_events({created, text_delta("x"), "[DONE]"})->reader.truncated());
    CHECK_FALSE(read_events({created, R"({"type":"error","message":"m"})"})->reader.truncated());
}

TEST_CASE("The type of an event may stand in its event line alone") {
    const auto reading = read("event: response.output_text.delta\ndata: {\"delta\":\"a\"}\n\n"
                              "event: response.completed\ndata: {\"response\":{\"id\":\"r\"}}\n\n");
    CHECK(reading->text() == "T(a)");
    CHECK(reading->decoder().finish_chunk().generation_id == "r");
    CHECK(reading->decoder().finish_chunk().reason == FinishReason::stop);
}

TEST_CASE("Every byte split of a stream gives the same message") {
    std::string bytes = ": OPENROUTER PROCESSING\n\n";
    for (const std::string& one :
         {created, message_added, text_delta("Größe \xF0\x9F\x98\x82"), call_added,
          arguments_delta("{\"city\":\"Oslo\"}"), completed()})
        bytes += event(one);
    const auto whole = read(bytes);
    const std::string expected = to_json_text(to_json(whole->message()));
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        Reading reading;
        reading.feed(std::string_view(bytes).substr(0, cut));
        reading.feed(std::string_view(bytes).substr(cut));
        reading.end();
        if (to_json_text(to_json(reading.message())) != expected) FAIL("cut at " << cut);
    }
}

TEST_CASE("A character that two deltas share comes whole, also when the rest comes as a whole") {
    const std::string half = R"({"type":"response.output_text.delta","output_index":0,"delta":)"
                             R"("a\ud83d"})";
    const std::string rest = R"({"type":"response.output_text.delta","output_index":0,"delta":)"
                             R"("\ude02b"})";
    const std::string done = R"({"type":"response.output_text.done","output_index":0,"text":)"
                             R"("a\ud83d\ude02b"})";
    const std::string expected = "a\xF0\x9F\x98\x82" "b";
    CHECK(texts(*read_events({half, rest, done, completed()})) == expected);
    CHECK(texts(*read_events({half, done, completed()})) == expected);
    CHECK(texts(*read_events({half, completed()})) == "a\xEF\xBF\xBD");
}

TEST_CASE("A whole text that begins otherwise than its deltas adds nothing") {
    const auto reading = read_events(
        {call_added, arguments_delta("{\"a\":"),
         R"({"type":"response.function_call_arguments.done","item_id":"fc_1","output_index":0,)"
         R"("arguments":"{\"b\":123}"})",
         text_delta("one two"),
         R"({"type":"response.output_text.done","item_id":"msg_1","output_index":0,"text":)"
         R"("on\u00e9 two three"})",
         completed()});
    CHECK(reading->message().tool_calls.at(0).arguments == "{\"a\":");
    CHECK(texts(*reading) == "one two");
}

TEST_CASE("Nothing that a server sends makes the decoder fail") {
    const char* const events[] = {
        "null", "[]", "{}", "3", "\"text\"", "{\"type\":3}", "{\"type\":null}",
        R"({"type":"response.output_item.added"})",
        R"({"type":"response.output_item.added","item":3})",
        R"({"type":"response.output_item.added","item":{}})",
        R"({"type":"response.output_item.done","item":{"type":"message","content":{}}})",
        R"({"type":"response.output_item.done","item":{"type":"message","content":)"
        R"([3,{"text":4}]}})",
        R"({"type":"response.output_item.done","item":{"type":"reasoning","summary":3,"content":)"
        R"([{}],"encrypted_content":[]}})",
        R"({"type":"response.output_item.done","item":{"type":"function_call","arguments":{}}})",
        R"({"type":"response.output_text.delta","delta":{},"content_index":-9,)"
        R"("output_index":1e99})",
        R"({"type":"response.reasoning_summary_text.delta","summary_index":"x"})",
        R"({"type":"response.content_part.done","part":[]})",
        R"({"type":"response.output_text.annotation.added","annotation":null})",
        R"({"type":"response.unheard_of","delta":"x","response":{"output":3}})",
    };
    for (const char* one : events) {
        const auto reading = read_events({one, text_delta("x"), completed()});
        INFO(one);
        CHECK(texts(*reading).ends_with("x"));
        CHECK_FALSE(reading->decoder().error());
        CHECK_FALSE(reading->decoder().malformed());
    }
    for (const char* end : {R"({"type":"response.completed","response":[]})",
                            R"({"type":"response.completed"})",
                            R"({"type":"response.completed","response":{"output":[3,[],{}],)"
                            R"("usage":[],"incomplete_details":3,"error":false}})"}) {
        const auto reading = read_events({text_delta("x"), end});
        CHECK(reading->decoder().finished());
        CHECK_FALSE(reading->decoder().error());
    }
    CHECK(read_events({"{\"type\":"})->decoder().malformed());
}
