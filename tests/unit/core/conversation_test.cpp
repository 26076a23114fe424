#include <capstan/conversation.hpp>

#include <capstan/error.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;

TEST_CASE("a conversation is built by its helpers") {
    Conversation conversation = Conversation::user("hi");
    conversation.add_system("s").add_assistant("a").add_tool_result("c", "r");
    CHECK(conversation.size() == 4);
    CHECK_FALSE(conversation.empty());
    CHECK(
        conversation.to_json_text() ==
        R"([{"role":"user","content":"hi"},{"role":"system","content":"s"},)"
        R"({"role":"assistant","content":"a"},{"role":"tool","tool_call_id":"c","content":"r"}])");
}

TEST_CASE("to_json_text keeps all that a conversation holds") {
    const char* text =
        R"([{"role":"user","content":[{"type":"text","text":"q"},{"type":"image_url","image_url":{"url":"u"}}]},)"
        R"({"role":"assistant","content":null,"reasoning":"t","reasoning_details":[{"type":"reasoning.text","text":"t","signature":"s"}],)"
        R"("tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}],)"
        R"("model":"a/b-20250101","provider":"P","requested_model":"a/b","refusal":null},)"
        R"({"role":"tool","tool_call_id":"c","content":"r"}])";
    CHECK(Conversation::from_json(std::string_view(text)).to_json_text() == text);
    CHECK(Conversation::from_json(std::string(R"({"model":"m","messages":)") + text + "}")
              .to_json_text() == text);
}

TEST_CASE("errors of a history name the message and the member") {
    struct Row {
        const char* text;
        const char* message;
    };
    const Row rows[] = {
        {R"([{"role":"user","content":"a"},{"role":"user","content":[{"type":"text","text":"x"},4]}])",
         "messages[1].content[1]: expected an object, found a number"},
        {R"([{"role":"user","content":4}])",
         "messages[0].content: expected a string or an array, found a number"},
        {R"({"messages":{}})", "messages: expected an array, found an object"},
        {R"("x")", "messages: expected an array, or an object with one, found a string"},
        {R"([{]")", "messages: not JSON"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        try {
            (void)Conversation::from_json(std::string_view(row.text));
            FAIL("it was read");
        } catch (const ApiError& error) {
            CHECK(error.kind() == ErrorKind::invalid_request);
            CHECK(error.info().summary.starts_with(row.message));
        }
    }
}
