#include "model/message_chars.hpp"

#include <capstan/conversation.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;

TEST_CASE("texts count by their length") {
    const std::size_t frame = message_chars(UserMessage());
    for (std::size_t size : {0, 1, 100, 1'000'000}) {
        const std::string text(size, 'x');
        CHECK(message_chars(UserMessage(text)) == frame + size);
        CHECK(message_chars(ToolMessage("call", text)) == frame + 4 + size);
    }
    CHECK(content_chars(std::vector<ContentPart>{TextPart("ab"), TextPart("c")}) >= 3);
}

TEST_CASE("pictures, sounds and files count the same, however long their bytes are") {
    const std::string bytes(1'000'000, 'A');
    FilePart file;
    file.data = "data:application/pdf;base64," + bytes;
    const ContentPart parts[] = {ImagePart("data:image/png;base64," + bytes),
                                 ImagePart("https://a"), AudioPart(bytes, "wav"), file};
    for (const ContentPart& part : parts) {
        const Content content = std::vector<ContentPart>{part};
        CHECK(content_chars(content) >= media_chars);
        CHECK(content_chars(content) < media_chars + 100);
    }
    json::object raw;
    raw["video_url"] = "data:video/mp4;base64," + bytes;
    CHECK(content_chars(std::vector<ContentPart>{RawPart(raw)}) < media_chars + 100);
}

TEST_CASE("arguments count, and reasoning counts once") {
    AssistantMessage message;
    const std::size_t empty = message_chars(message);
    message.reasoning.text = std::string(1'000, 't');
    CHECK(message_chars(message) == empty + 1'000);
    message.reasoning.details.emplace();
    CHECK(message_chars(message) == empty + 1'000);
    json::object entry;
    entry["data"] = std::string(3'000, 'd');
    message.reasoning.details->push_back(entry);
    CHECK(message_chars(message) >= empty + 3'000);
    CHECK(message_chars(message) < empty + 3'100);
    ToolCall call;
    call.arguments = std::string(500, 'a');
    message.tool_calls.push_back(call);
    CHECK(message_chars(message) >= empty + 3'500);
}

TEST_CASE("a conversation counts what its messages count, after every change") {
    Conversation conversation = Conversation::user("abc");
    conversation.add_assistant("defg").add_tool_result("c", std::string(99, 'x'));
    conversation.replace(1, UserMessage(std::string("z")));
    conversation.insert(0, SystemMessage(std::string("s")));
    conversation.erase(2, 3);
    std::size_t sum = 0;
    for (std::size_t i = 0; i < conversation.size(); ++i) {
        CHECK(conversation.chars(i) == message_chars(conversation.messages()[i]));
        sum += conversation.chars(i);
    }
    CHECK(conversation.chars() == sum);
}
