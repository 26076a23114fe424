#include <capstan/conversation.hpp>

#include <capstan/error.hpp>

#include <capstan/message_writer.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <latch>
#include <ranges>
#include <stdexcept>
#include <thread>

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

static_assert(std::random_access_iterator<Conversation::Messages::iterator>);
static_assert(std::ranges::random_access_range<Conversation::Messages>);
static_assert(std::ranges::sized_range<Conversation::Messages>);

namespace {

std::string text_at(const Conversation& conversation, std::size_t index) {
    return std::visit([](const auto& message) { return text_of(message.content); },
                      conversation.messages().at(index));
}

}  // namespace

TEST_CASE("a copy of a conversation shares the messages and their texts") {
    Conversation first = Conversation::user("one");
    first.add_assistant("two");
    Conversation second = first;
    CHECK(&first.messages()[1] == &second.messages()[1]);
    CHECK(&first.message_text(1) == &second.message_text(1));
    second.replace(1, AssistantMessage(std::string("other")));
    second.add_user("three");
    CHECK(first.size() == 2);
    CHECK(text_at(first, 1) == "two");
    CHECK(text_at(second, 1) == "other");
    CHECK(&first.messages()[0] == &second.messages()[0]);
}

TEST_CASE("messages are a random-access range") {
    Conversation conversation;
    for (int i = 0; i < 5; ++i) conversation.add_user(std::to_string(i));
    const auto messages = conversation.messages();
    CHECK(messages.end() - messages.begin() == 5);
    CHECK(&*(messages.begin() + 3) == &messages[3]);
    CHECK(&messages.front() == &messages[0]);
    CHECK(&messages.back() == &messages.begin()[4]);
    CHECK(std::ranges::count_if(messages, [](const Message& message) {
              return std::holds_alternative<UserMessage>(message);
          }) == 5);
    auto reversed = std::ranges::reverse_view(messages);
    CHECK(&*reversed.begin() == &messages[4]);
    CHECK_THROWS_AS(messages.at(5), std::out_of_range);
    CHECK(Conversation().messages().empty());
}

TEST_CASE("messages are replaced, inserted and erased in place") {
    Conversation conversation = Conversation::user("a");
    conversation.add_assistant("b").add_user("c").add_assistant("d");
    conversation.erase(1, 3);
    CHECK(conversation.size() == 2);
    conversation.insert(1, UserMessage(std::string("e")));
    conversation.insert(3, UserMessage(std::string("f")));
    CHECK(text_at(conversation, 0) == "a");
    CHECK(text_at(conversation, 1) == "e");
    CHECK(text_at(conversation, 2) == "d");
    CHECK(text_at(conversation, 3) == "f");
    conversation.erase(2, 2);
    CHECK(conversation.size() == 4);
    CHECK_THROWS_AS(conversation.erase(3, 5), std::out_of_range);
    CHECK_THROWS_AS(conversation.erase(3, 2), std::out_of_range);
    CHECK_THROWS_AS(conversation.insert(5, Message()), std::out_of_range);
    CHECK_THROWS_AS(conversation.replace(4, Message()), std::out_of_range);
}

TEST_CASE("pins stay with their messages, are stored and never sent") {
    const std::string text = R"([{"role":"user","content":"a","pinned":true,"x":1},)"
                             R"({"role":"assistant","content":"b","pinned":true},)"
                             R"({"role":"tool","tool_call_id":"c","content":"d","pinned":true},)"
                             R"({"role":"user","content":"e"}])";
    Conversation conversation = Conversation::from_json(std::string_view(text));
    CHECK(conversation.to_json_text() == text);
    CHECK(conversation.pinned(0));
    CHECK_FALSE(conversation.pinned(3));
    CHECK(conversation.message_text(0) == R"({"role":"user","content":"a","x":1})");
    conversation.replace(0, UserMessage(std::string("f")));
    CHECK(conversation.pinned(0));
    conversation.erase(0, 1);
    CHECK(conversation.pinned(1));
    CHECK_FALSE(conversation.pinned(2));
    conversation.pin(1, false);
    CHECK_FALSE(conversation.pinned(1));
    CHECK_THROWS_AS(conversation.pinned(3), std::out_of_range);
    CHECK_THROWS_AS(conversation.pin(3), std::out_of_range);
}

TEST_CASE("a false pin is none") {
    const char* text = R"([{"role":"user","content":"a","pinned":false}])";
    const Conversation conversation = Conversation::from_json(std::string_view(text));
    CHECK_FALSE(conversation.pinned(0));
    CHECK(conversation.to_json_text() == R"([{"role":"user","content":"a"}])");
}

TEST_CASE("the text of a message is made once, whoever asks first") {
    Conversation conversation;
    for (int i = 0; i < 50; ++i) conversation.add_user(std::string(1'000, 'a') + '\n');
    std::latch start(4);
    std::vector<std::vector<const std::string*>> seen(4);
    {
        std::vector<std::jthread> threads;
        for (auto& texts : seen)
            threads.emplace_back([copy = conversation, &texts, &start] {
                start.arrive_and_wait();
                for (std::size_t i = 0; i < copy.size(); ++i)
                    texts.push_back(&copy.message_text(i));
            });
    }
    for (const auto& texts : seen) CHECK(texts == seen.front());
    std::string expected;
    append_message(expected, conversation.messages()[7]);
    CHECK(conversation.message_text(7) == expected);
    CHECK_THROWS_AS(conversation.message_text(50), std::out_of_range);
}
