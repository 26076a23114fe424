#include "anthropic_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace anthropic_fixture;

namespace {

const std::string signed_thought =
    R"({"type":"reasoning.text","text":"t","signature":"s","format":"anthropic-claude-v1",)"
    R"("index":0})";

std::string turn_of(std::string_view model, std::string_view details, std::string_view rest = {}) {
    return R"([{"role":"user","content":"q"},{"role":"assistant","content":"a","model":")" +
           std::string(model) + R"(","reasoning_details":)" + std::string(details) +
           std::string(rest) + R"(},{"role":"user","content":"more"}])";
}

/// The blocks of the second message.
std::string second(const std::string& messages) {
    return member(parse_json(messages).as_array().at(1).as_object(), "content");
}

}  // namespace

TEST_CASE("Turns alternate: what one side says in a row is one message") {
    CHECK(messages_of(R"([{"role":"user","content":"a"},{"role":"user","content":"b"},
                          {"role":"assistant","content":"c"},{"role":"assistant","content":"d"},
                          {"role":"user","content":[{"type":"text","text":"e"},
                                                    {"type":"text","text":" "}]}])") ==
          R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},)"
          R"({"role":"assistant","content":[{"type":"text","text":"c"},{"type":"text",)"
          R"("text":"d"}]},)"
          R"({"role":"user","content":[{"type":"text","text":"e"}]}])");
}

TEST_CASE("Results come first in the message behind their calls, and missing ones are made up") {
    CHECK(messages_of(
              R"([{"role":"user","content":"q"},
                  {"role":"assistant","content":"","tool_calls":[
                    {"id":"t1","type":"function","function":{"name":"a","arguments":"{\"x\":1}"}},
                    {"id":"t2","type":"function","function":{"name":"b","arguments":""}}]},
                  {"role":"tool","tool_call_id":"t1","content":""},
                  {"role":"tool","tool_call_id":"lost","content":"x"},
                  {"role":"user","content":"and?"}])") ==
          R"([{"role":"user","content":[{"type":"text","text":"q"}]},)"
          R"({"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"a",)"
          R"("input":{"x":1}},)"
          R"({"type":"tool_use","id":"t2","name":"b","input":{}}]},)"
          R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t1"},)"
          R"({"type":"tool_result","tool_use_id":"t2",)"
          R"("content":"[The call was interrupted; it has no result.]"},)"
          R"({"type":"text","text":"and?"}]}])");
}

TEST_CASE("Tools that only the history knows are defined, and not offered") {
    MessageRequest request;
    request.messages = history(
        R"([{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[
            {"id":"t1","type":"function","function":{"name":"a","arguments":"{}"}},
            {"id":"t2","type":"function","function":{"name":"a","arguments":"{}"}}]}])");
    const auto body = body_of(bare_options(), request);
    CHECK(member(body, "tools") ==
          R"([{"name":"a","input_schema":{"type":"object","properties":{}}}])");
    CHECK(member(body, "tool_choice") == R"({"type":"none"})");
}

TEST_CASE("Arguments that are no object are kept as a text") {
    struct Row {
        std::string arguments;
        const char* input;
    };
    for (const Row& row : {Row{"", "{}"}, Row{"  ", "{}"}, Row{" {\"a\" : 1} ", R"({"a":1})"},
                           Row{"{\"a\":", R"({"INVALID_JSON":"{\"a\":"})"},
                           Row{"[1]", R"({"INVALID_JSON":"[1]"})"},
                           Row{"null", R"({"INVALID_JSON":"null"})"},
                           Row{"{\"a\":\"\\ud800\"}", R"({"a":"�"})"}}) {
        AssistantMessage caller;
        ToolCall& call = caller.tool_calls.emplace_back();
        call.id = "t";
        call.name = "n";
        call.arguments = row.arguments;
        MessageRequest request = asking();
        request.messages.add(caller);
        const auto messages = member(body_of(bare_options(), request), "messages");
        INFO(messages);
        CHECK(second(messages) ==
              R"([{"type":"tool_use","id":"t","name":"n",)"
              R"("input":)" + std::string(row.input) + "}]");
    }
}

TEST_CASE("Call ids that Anthropic refuses are sent as others, the same on both sides") {
    const auto messages = parse_json(messages_of(
        R"([{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[
            {"id":"functions.a:0","type":"function","function":{"name":"a","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"functions.a:0","content":"r"}])")).as_array();
    const auto id = member(messages[1].at("content").at(0).as_object(), "id");
    CHECK(id.find_first_of(".:") == std::string::npos);
    CHECK(member(messages[2].at("content").at(0).as_object(), "tool_use_id") == id);
}

TEST_CASE("System messages at the start are the system, later ones text of the user") {
    MessageRequest request;
    request.system_prompt = "one";
    request.messages = history(
        R"([{"role":"system","content":"two"},{"role":"developer","content":"three"},
            {"role":"user","content":"q"},{"role":"system","content":"late"}])");
    const auto body = body_of(bare_options(), request);
    CHECK(member(body, "system") == R"([{"type":"text","text":"one"},{"type":"text","text":"two"},)"
                                    R"({"type":"text","text":"three"}])");
    CHECK(member(body, "messages") ==
          R"([{"role":"user","content":[{"type":"text","text":"q"},)"
          R"({"type":"text","text":"<system>\nlate\n</system>"}]}])");
}

TEST_CASE("A conversation that the assistant begins gets a first line, a last one no white space") {
    CHECK(messages_of(R"([{"role":"assistant","content":"Hi"},{"role":"user","content":"q"},
                          {"role":"assistant","content":"The answer is \n"}])") ==
          R"([{"role":"user","content":[{"type":"text",)"
          R"("text":"[The conversation begins here.]"}]},)"
          R"({"role":"assistant","content":[{"type":"text","text":"Hi"}]},)"
          R"({"role":"user","content":[{"type":"text","text":"q"}]},)"
          R"({"role":"assistant","content":[{"type":"text","text":"The answer is"}]}])");
}

TEST_CASE("A tool's result may have parts, and its mark stands on the result") {
    auto options = bare_options();
    options.prompt_caching = true;
    MessageRequest request;
    request.messages = history(
        R"([{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[
            {"id":"t1","type":"function","function":{"name":"a","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"t1","content":[{"type":"text","text":"x"},
             {"type":"image_url","image_url":{"url":"data:image/png;base64,QUJD"}}]}])");
    const auto messages = parse_json(member(body_of(options, request), "messages")).as_array();
    CHECK(to_json_text(messages.at(2).at("content")) ==
          R"([{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"x"},)"
          R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"QUJD"}}],)"
          R"("cache_control":{"type":"ephemeral"}}])");
}

TEST_CASE("Thoughts go back to the model that had them, in any spelling of its name") {
    const std::string with =
        R"([{"type":"thinking","thinking":"t","signature":"s"},{"type":"text","text":"a"}])";
    const std::string without = R"([{"type":"text","text":"a"}])";
    const std::string one = '[' + signed_thought + ']';
    struct Row {
        const char* origin;
        const char* target;
        bool sent;
    };
    for (const Row& row : {Row{"claude-sonnet-4-5-20250929", "claude-sonnet-4-5", true},
                           Row{"anthropic/claude-4.5-sonnet-20250929", "claude-sonnet-4-5", true},
                           Row{"claude-sonnet-4-5", "anthropic/claude-sonnet-4.5", true},
                           Row{"claude-opus-4-1", "claude-sonnet-4-5", false},
                           Row{"openai/gpt-5", "claude-sonnet-4-5", false},
                           Row{"claude-sonnet-4-5", "openai/gpt-5", false}}) {
        INFO(row.origin << " to " << row.target);
        const auto turns = turn_of(row.origin, one, R"(,"requested_model":")" +
                                                          std::string(row.origin) + '"');
        CHECK(second(messages_of(turns, row.target)) == (row.sent ? with : without));
    }
    CHECK(second(messages_of(turn_of("claude-sonnet-4-5", one), "claude-sonnet-4-5",
                             ReasoningReplay::none)) == without);
}

TEST_CASE("Thoughts are sent verbatim, or, where a signature is missing, not at all") {
    const std::string text = "  \\u00e9\\n ünd\\t ";
    const auto details =
        R"([{"type":"reasoning.encrypted","data":"RU5D","format":"anthropic-claude-v1","index":0},
        {"type":"reasoning.text","text":")" + text + R"(","signature":"s==",)"
                                        R"("format":"anthropic-claude-v1","index":1}])";
    CHECK(second(messages_of(turn_of("claude-sonnet-4-5", details))) ==
          R"([{"type":"redacted_thinking","data":"RU5D"},)"
          R"({"type":"thinking","thinking":"  é\n ünd\t ","signature":"s=="},)"
          R"({"type":"text","text":"a"}])");
    CHECK(second(messages_of(turn_of(
              "claude-sonnet-4-5", '[' + signed_thought +
                                       R"(,{"type":"reasoning.text","text":"cut","format":)"
                                       R"("anthropic-claude-v1","index":1}])"))) ==
          R"([{"type":"text","text":"a"}])");
}

TEST_CASE("Entries of another vendor in a Claude turn are held back") {
    CHECK(second(messages_of(turn_of(
              "claude-sonnet-4-5",
              '[' + signed_thought +
                  R"(,{"type":"reasoning.encrypted","data":"x","format":"openai-responses-v1"},)"
                  R"({"type":"reasoning.summary","summary":"y"}])"))) ==
          R"([{"type":"thinking","thinking":"t","signature":"s"},{"type":"text","text":"a"}])");
}

TEST_CASE("An answer of any order of blocks goes back in that order") {
    const std::string citation = R"({"type":"char_location","cited_text":"x","document_index":0,)"
                                 R"("document_title":"d","start_char_index":0,)"
                                 R"("end_char_index":1})";
    Decoded decoded;
    decoded.feed(sse(
        {start_event(), block_start(0, R"({"type":"thinking","thinking":"one","signature":"A"})"),
         block_stop(0), block_start(1, R"({"type":"text","text":"Wörd."})"), block_stop(1),
         block_start(2, R"({"type":"server_tool_use","id":"srv","name":"web_search",)"
                        R"("input":{"q":1}})"),
         block_stop(2),
         block_start(3, R"({"type":"web_search_tool_result","tool_use_id":"srv","content":[]})"),
         block_stop(3), block_start(4, R"({"type":"redacted_thinking","data":"RED"})"),
         block_stop(4),
         block_start(5, R"({"type":"text","text":"Two.","citations":[)" + citation + "]}"),
         block_stop(5),
         block_start(6, R"({"type":"tool_use","id":"t1","name":"n","input":{"a":1}})"),
         block_stop(6), end_event("tool_use"), stop_event()}));
    const auto message = decoded.message();
    const auto replayed = [&](const AssistantMessage& answer, ReasoningReplay replay) {
        MessageRequest request = asking();
        request.messages.add(answer).add_tool_result("t1", "r");
        // As after a restart.
        request.messages = history(request.messages.to_json_text());
        return second(member(body_of(bare_options(), request, replay), "messages"));
    };
    const std::string search =
        R"({"type":"server_tool_use","id":"srv","name":"web_search","input":{"q":1}},)"
        R"({"type":"web_search_tool_result","tool_use_id":"srv","content":[]},)";
    const std::string end = R"({"type":"text","text":"Two.","citations":[)" + citation +
                            R"(]},)" R"({"type":"tool_use","id":"t1","name":"n","input":{"a":1}}])";
    CHECK(replayed(message, ReasoningReplay::fitting) ==
          R"([{"type":"thinking","thinking":"one","signature":"A"},{"type":"text",)"
          R"("text":"Wörd."},)" +
              search + R"({"type":"redacted_thinking","data":"RED"},)" + end);
    CHECK(replayed(message, ReasoningReplay::none) ==
          R"([{"type":"text","text":"Wörd."},)" + search + end);
    // A message that was changed since is written in the usual order.
    auto changed = message;
    changed.content = "Changed.";
    CHECK(replayed(changed, ReasoningReplay::fitting) ==
          R"([{"type":"thinking","thinking":"one","signature":"A"},)"
          R"({"type":"redacted_thinking","data":"RED"},{"type":"text","text":"Changed."},)"
          R"({"type":"tool_use","id":"t1","name":"n","input":{"a":1}}])");
    // What only Anthropic understands goes to nobody else.
    CHECK(to_json_text(to_json(message)).find("native_content") == std::string::npos);
}

TEST_CASE("A call of the server's tools without a result goes back only while it may get one") {
    const auto answer = [](std::string call, std::string rest) {
        return R"({"role":"assistant","content":"a","native_content":{"format":)"
               R"("anthropic-messages","blocks":[{"type":"text","bytes":1},)" + call + "]}" +
               rest + '}';
    };
    const std::string user = R"({"role":"user","content":"q"})";
    const std::string text = R"([{"type":"text","text":"a"})";
    for (const std::string type : {"server_tool_use", "mcp_tool_use"}) {
        const std::string call = R"({"type":")" + type + R"(","id":"s","name":"w","input":{}})";
        const std::string result =
            R"({"type":"web_search_tool_result","tool_use_id":"s","content":[]})";
        const std::string paused = user + ',' + answer(call, "");
        const auto sent = [](const std::string& turns) {
            return second(messages_of('[' + turns + ']'));
        };
        // The server goes on with a turn that it paused, also when its end came since.
        CHECK(sent(paused) == text + ',' + call + ']');
        CHECK(sent(paused + ',' + answer(result, "") + ',' + user) ==
              text + ',' + call + R"(,{"type":"text","text":"a"},)" + result + ']');
        // The user has gone on without it.
        CHECK(sent(paused + ',' + user) == text + ']');
        CHECK(sent(user + ',' + answer(call + ',' + result, "") + ',' + user) ==
              text + ',' + call + ',' + result + ']');
        // Results of calls that came with it: the server answers its own next.
        const std::string calls =
            R"(,"tool_calls":[{"id":"t","type":"function",)"
            R"("function":{"name":"n","arguments":"{}"}}])";
        const std::string both = call + R"(,{"type":"tool_use"})";
        const std::string loop = user + ',' + answer(both, calls) +
                                 R"(,{"role":"tool","tool_call_id":"t","content":"r"})";
        const std::string called = R"(,{"type":"tool_use","id":"t","name":"n","input":{}}])";
        CHECK(sent(loop) == text + ',' + call + called);
        CHECK(sent(loop + ',' + answer(result, "") + ',' + user) == text + ',' + call + called);
        CHECK(sent(loop + ',' + user) == text + called);
    }
}

TEST_CASE("Citations go back without the file that a request must not name") {
    for (const char* file : {"null", R"("file_1")"}) {
        const std::string turns =
            R"([{"role":"user","content":"q"},{"role":"assistant","content":"a","native_content":)"
            R"({"format":"anthropic-messages","blocks":[{"type":"text","bytes":1,"citations":[)"
            R"({"type":"char_location","cited_text":"x","document_index":0,"document_title":null,)"
            R"("start_char_index":0,"end_char_index":1,"file_id":)" +
            std::string(file) + R"(}]}]}},{"role":"user","content":"more"}])";
        CHECK(second(messages_of(turns)) ==
              R"([{"type":"text","text":"a","citations":[{"type":"char_location",)"
              R"("cited_text":"x","document_index":0,"document_title":null,"start_char_index":0,)"
              R"("end_char_index":1}]}])");
    }
}

TEST_CASE("A last message of the assistant ends neither in white space nor in a thought") {
    const auto sent = [](std::string_view text, std::string_view blocks, bool last) {
        const std::string native =
            blocks.empty() ? std::string()
                           : R"(,"native_content":{"format":"anthropic-messages","blocks":[)" +
                                 std::string(blocks) + "]}";
        return messages_of(R"([{"role":"user","content":"q"},{"role":"assistant","content":")" +
                           std::string(text) + R"(","model":"claude-sonnet-4-5",)"
                           R"("reasoning_details":[)" + signed_thought + ']' + native + '}' +
                           (last ? "]" : R"(,{"role":"user","content":"more"}])"));
    };
    const std::string thought = R"({"type":"thinking","thinking":"t","signature":"s"})";
    const std::string asked = R"([{"role":"user","content":[{"type":"text","text":"q"}]})";
    const auto with = [&](const std::string& content) {
        return asked + R"(,{"role":"assistant","content":[)" + content + "]}]";
    };
    const auto before_more = [&](const std::string& content) {
        return asked + R"(,{"role":"assistant","content":[)" + content +
               R"(]},{"role":"user","content":[{"type":"text","text":"more"}]}])";
    };
    const std::string a = R"({"type":"text","text":"a"})";
    const std::string b = R"({"type":"text","text":"b"})";
    const std::string spaced = R"({"type":"text","text":"b \n"})";
    const std::string two = R"({"type":"text","bytes":1},{"type":"thinking"},)"
                            R"({"type":"text","bytes":3})";
    CHECK(sent("ab \\n", two, true) == with(a + ',' + thought + ',' + b));
    CHECK(sent("ab \\n", two, false) == before_more(a + ',' + thought + ',' + spaced));
    // Blank at the end: nothing of it, and then not the thought before it either.
    CHECK(sent("a \\n ", two, true) == with(a));
    const std::string split = R"({"type":"text","bytes":2},{"type":"text","bytes":1})";
    CHECK(sent("b  ", R"({"type":"thinking"},)" + split, true) == with(thought + ',' + b));
    const std::string behind = R"({"type":"text","bytes":1},{"type":"thinking"})";
    CHECK(sent("a", behind, true) == with(a));
    CHECK(sent("a", behind, false) == before_more(a + ',' + thought));
    // Thoughts alone.
    CHECK(sent("", "", true) == asked + ']');
    CHECK(sent(" ", "", true) == asked + ']');
    CHECK(sent("", R"({"type":"thinking"})", true) == asked + ']');
    CHECK(sent("", "", false) == before_more(thought));
    CHECK(sent("a ", "", true) == with(thought + ',' + a));
}

TEST_CASE("Only requests that repeat thoughts are worth a try without them") {
    MessageRequest request;
    request.messages =
        history(turn_of("claude-sonnet-4-5", '[' + signed_thought + ']'));
    CHECK(written(bare_options(), request).has_replayed_reasoning);
    CHECK_FALSE(written(bare_options(), request, ReasoningReplay::none).has_replayed_reasoning);
    CHECK_FALSE(written(bare_options("claude-opus-4-1"), request).has_replayed_reasoning);
}
