#include <capstan/message.hpp>

#include <capstan/error.hpp>
#include <capstan/message_writer.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace capstan;

namespace {

Message read(std::string_view text) { return message_from_json(parse_json(text)); }
std::string written(const Message& message) { return to_json_text(to_json(message)); }
std::string rewritten(std::string_view text) { return written(read(text)); }

}  // namespace

TEST_CASE("messages in canonical form are written back byte for byte") {
    const char* rows[] = {
        R"({"role":"system","content":"be brief"})",
        R"({"role":"developer","content":[{"type":"text","text":"be brief"}],"name":"boss"})",
        R"({"role":"user","content":"hi","name":"Ann","unknown":{"a":[1,2.5,null]}})",
        R"({"role":"tool","tool_call_id":"c1","content":"ok","name":"look"})",
        R"({"role":"tool","tool_call_id":"c1","content":[{"type":"image_url","image_url":{"url":"u"}}]})",
        R"({"role":"assistant","content":"","refusal":null})",
        R"({"role":"assistant","content":"x","reasoning":"because"})",
        R"({"role":"assistant","content":"x","annotations":[{"type":"file","file":{"hash":"h"}}],"images":[],"audio":{"id":"a"}})",
        (R"({"role":"assistant","content":null,)"
         R"("reasoning_details":[{"type":"new.kind","z":1,"a":2}],)"
         R"("tool_calls":[{"id":"c","type":"function",)"
         R"("function":{"name":"f","arguments":"{ \"b\" :1}"},"index":0}]})"),
        R"({"role":"assistant","content":"x","tool_calls":[{"id":"c","type":"custom","custom":{"name":"f","input":"y"}}]})",
        R"({"role":"assistant","content":"x","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}","parsed":null}}]})",
        R"({"role":"assistant","content":"x","reasoning_content":""})",
    };
    for (const char* row : rows) {
        CAPTURE(row);
        CHECK(rewritten(row) == row);
    }
}

TEST_CASE("pitfall 19: content is null beside tool calls, never an empty text") {
    const std::string calls =
        R"("tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]})";
    for (const char* content : {R"("content":"",)", R"("content":null,)", "", R"("content":[],)",
                                R"("content":[{"type":"text","text":""}],)"})
        CHECK(rewritten(std::string(R"({"role":"assistant",)") + content + calls) ==
              R"({"role":"assistant","content":null,)" + calls);
    CHECK(rewritten(std::string(R"({"role":"assistant","content":"so",)") + calls) ==
          R"({"role":"assistant","content":"so",)" + calls);
    CHECK(rewritten(R"({"role":"assistant"})") == R"({"role":"assistant","content":""})");
}

TEST_CASE("pitfall 19: argument texts go back byte for byte") {
    for (const char* arguments :
         {"{\"b\": 1, \"a\":\t2}", "{\"half\": \"", "[]", "not json", " "}) {
        AssistantMessage message;
        ToolCall call;
        call.id = "c";
        call.name = "f";
        call.arguments = arguments;
        message.tool_calls.push_back(call);
        const Message back = message_from_json(to_json(message));
        CHECK(std::get<AssistantMessage>(back).tool_calls.at(0).arguments == arguments);
    }
}

TEST_CASE("user problem 31: empty arguments are sent as {}") {
    AssistantMessage message;
    ToolCall call;
    call.id = "c";
    call.name = "f";
    message.tool_calls.push_back(call);
    CHECK(to_json_text(to_json(message)) ==
          R"({"role":"assistant","content":null,"tool_calls":)"
          R"([{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]})");
    const Message read_back =
        read(R"({"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f"}}]})");
    CHECK(written(read_back) == to_json_text(to_json(message)));
}

TEST_CASE("pitfall 16: reasoning is sent once, as details where there are any") {
    CHECK(
        rewritten(
            R"({"role":"assistant","content":"x","reasoning":"t","reasoning_details":[{"type":"reasoning.text","text":"t"}]})") ==
        R"({"role":"assistant","content":"x","reasoning_details":[{"type":"reasoning.text","text":"t"}]})");
}

TEST_CASE("pitfall 17: an empty array of details is present, an absent one is not") {
    CHECK(rewritten(R"({"role":"assistant","content":"x","reasoning_details":[]})") ==
          R"({"role":"assistant","content":"x","reasoning_details":[]})");
    CHECK(
        rewritten(R"({"role":"assistant","content":"x","reasoning":"t","reasoning_details":[]})") ==
        R"({"role":"assistant","content":"x","reasoning":"t","reasoning_details":[]})");
    CHECK(rewritten(
              R"({"role":"assistant","content":"x","reasoning":null,"reasoning_details":null})") ==
          R"({"role":"assistant","content":"x"})");
}

TEST_CASE("pitfall 11: details go back in order, with their null and unknown members") {
    const std::string text =
        R"({"role":"assistant","content":"x","reasoning_details":[)"
        R"({"type":"reasoning.encrypted","data":"QUJD=","id":null,"format":null,"index":1},)"
        R"({"signature":"s","text":" a\n","type":"reasoning.text","extra":{"k":1.0}}]})";
    CHECK(rewritten(text) == text);
}

TEST_CASE("the origin of an assistant message is read and not sent") {
    const Message message = read(
        R"({"role":"assistant","content":"x","model":"a/b-1","provider":"P","requested_model":"a/b"})");
    const auto& origin = std::get<AssistantMessage>(message).origin;
    CHECK(origin.model == "a/b-1");
    CHECK(origin.provider == "P");
    CHECK(origin.requested_model == "a/b");
    CHECK(written(message) == R"({"role":"assistant","content":"x"})");
}

TEST_CASE("reasoning_content is another spelling of reasoning") {
    const Message message = read(R"({"role":"assistant","content":"x","reasoning_content":"why"})");
    CHECK(std::get<AssistantMessage>(message).reasoning.text == "why");
    CHECK(written(message) == R"({"role":"assistant","content":"x","reasoning":"why"})");
}

TEST_CASE("members of extra never override the message's own") {
    UserMessage message(std::string("hi"));
    message.extra["role"] = "system";
    message.extra["name"] = "n";
    CHECK(written(message) == R"({"role":"user","content":"hi","name":"n"})");
}

TEST_CASE("what cannot be read is refused with its place") {
    struct Row {
        const char* text;
        const char* message;
    };
    const Row rows[] = {
        {R"(7)", "message: expected an object, found a number"},
        {R"({"content":"x"})", "message.role: expected a string, found nothing"},
        {R"({"role":"function","content":"x"})", "message.role: unknown role \"function\""},
        {R"({"role":"user"})", "message.content: expected a string or an array, found nothing"},
        {R"({"role":"user","content":5})",
         "message.content: expected a string or an array, found a number"},
        {R"({"role":"user","content":["x"]})",
         "message.content[0]: expected an object, found a string"},
        {R"({"role":"tool","content":"x"})",
         "message.tool_call_id: expected a string, found nothing"},
        {R"({"role":"assistant","tool_calls":{}})",
         "message.tool_calls: expected an array, found an object"},
        {R"({"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":{}}}]})",
         "message.tool_calls[0].function.arguments: expected a string, found an object"},
        {R"({"role":"assistant","tool_calls":[{"id":"c"}]})",
         "message.tool_calls[0].function: expected an object, found nothing"},
        {R"({"role":"assistant","reasoning_details":{}})",
         "message.reasoning_details: expected an array, found an object"},
        {R"({"role":"assistant","reasoning":true})",
         "message.reasoning: expected a string, found a boolean"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        try {
            read(row.text);
            FAIL("it was read");
        } catch (const ApiError& error) {
            CHECK(error.kind() == ErrorKind::invalid_request);
            CHECK(error.info().summary.starts_with(row.message));
        }
    }
}
