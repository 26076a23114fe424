#include "long_conversation.hpp"

#include <utility>

namespace bench {

using namespace capstan;

std::string prose(std::size_t size) {
    const std::string line =
        "The file \"main.cpp\" has\t42 lines;\nint main() { return 0; } // done\n";
    std::string text;
    while (text.size() < size) text += line;
    return text;
}

AssistantMessage tool_turn(int number, std::size_t arguments) {
    AssistantMessage message;
    message.origin.model = "anthropic/claude-4.5-sonnet-20250929";
    message.origin.requested_model = long_conversation_model;
    json::object thought;
    thought["type"] = "reasoning.text";
    thought["text"] = "turn " + std::to_string(number) + prose(1'000);
    thought["signature"] = std::string(400, 'S');
    thought["format"] = "anthropic-claude-v1";
    thought["index"] = 0;
    message.reasoning.details.emplace().push_back(std::move(thought));
    ToolCall call;
    call.id = "toolu_" + std::to_string(number);
    call.name = "write_file";
    call.arguments = "{\"text\":\"" + std::string(arguments, 'a') + "\"}";
    message.tool_calls.push_back(std::move(call));
    return message;
}

Conversation long_conversation(std::size_t size) {
    Conversation conversation;
    conversation.add_user("Do it.");
    std::size_t total = 0;
    for (int i = 0; total < size; ++i) {
        conversation.add(tool_turn(i, 2'000));
        conversation.add_tool_result("toolu_" + std::to_string(i), prose(6'000));
        total += 9'500;
    }
    return conversation;
}

}  // namespace bench
