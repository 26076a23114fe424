#include <capstan/context.hpp>

#include <catch2/catch_test_macros.hpp>

#include "context/context_groups.hpp"

using namespace capstan;

TEST_CASE("the model gets the part to be summarised as one text, without reasoning") {
    Conversation conversation = Conversation::user(std::string(summary_mark) + "before that");
    AssistantMessage message(std::string("looking"));
    message.reasoning.text = "secret";
    ToolCall& call = message.tool_calls.emplace_back();
    call.id = "1";
    call.name = "read_file";
    call.arguments = R"({"path":"a.cpp"})";
    conversation.add(message).add_tool_result("1", std::string(50'000, 'x'));
    conversation.add_user("thanks").add_user("not this");
    const auto request = summary_request(conversation, {0, 1, 2, 3});
    REQUIRE(request.size() == 2);
    CHECK(std::holds_alternative<SystemMessage>(request[0]));
    const std::string text = text_of(std::get<UserMessage>(request[1]).content);
    const char* pieces[] = {"## Earlier summary\nbefore that\n", "## Assistant\nlooking\n",
                            "## Assistant calls read_file\n{\"path\":\"a.cpp\"}\n",
                            "## Result of read_file\nxxx", "characters cut", "## User\nthanks\n"};
    std::size_t place = 0;
    for (const char* piece : pieces) {
        CAPTURE(piece);
        place = text.find(piece, place);
        REQUIRE(place != std::string::npos);
    }
    CHECK(text.find("secret") == std::string::npos);
    CHECK(text.find("not this") == std::string::npos);
    CHECK(text.size() < 3'000);
}
