#include "context/context_activity.hpp"

#include "context/context_groups.hpp"

#include <catch2/catch_test_macros.hpp>

#include <numeric>

using namespace capstan;

namespace {

std::vector<std::size_t> all_of(const Conversation& conversation) {
    std::vector<std::size_t> indexes(conversation.size());
    std::iota(indexes.begin(), indexes.end(), std::size_t{0});
    return indexes;
}

void add_call(Conversation& conversation, std::string name, std::string arguments) {
    AssistantMessage message;
    ToolCall& call = message.tool_calls.emplace_back();
    call.id = std::to_string(conversation.size());
    call.name = std::move(name);
    call.arguments = std::move(arguments);
    const std::string id = call.id;
    conversation.add(std::move(message)).add_tool_result(id, "r");
}

}  // namespace

TEST_CASE("the list names what was asked, called, touched and said") {
    Conversation conversation = Conversation::user(std::string(summary_mark) + "before that");
    conversation.add_user("fix it");
    add_call(conversation, "read_file", R"({"path":"a.cpp"})");
    add_call(conversation, "read_file", R"({"path":"b.cpp","line":3})");
    add_call(conversation, "read_file", R"({"path":"a.cpp"})");
    add_call(conversation, "stat", R"({"file_names":["c","d",5]})");
    add_call(conversation, "run", R"({"command":"make")");
    conversation.add_assistant("it works");
    CHECK(activity_list(conversation, all_of(conversation)) ==
          "before that\n\n"
          "The user said: fix it\n"
          "Tools that were called:\n"
          "- read_file, 3 calls: a.cpp, b.cpp\n"
          "- stat, 1 call: c, d\n"
          "- run, 1 call\n"
          "The last answer was: it works\n");
}

TEST_CASE("only the messages given are listed") {
    Conversation conversation = Conversation::user("no");
    conversation.add_user("yes");
    CHECK(activity_list(conversation, {1}) == "The user said: yes\n");
    CHECK(activity_list(conversation, {}) == "Nothing of note was done.\n");
}

TEST_CASE("the list stays short, whatever was done") {
    Conversation conversation;
    for (int i = 0; i < 500; ++i) {
        conversation.add_user(std::string(5'000, 'u'));
        add_call(conversation, std::string(5'000, 't') + std::to_string(i),
                 R"({"path":")" + std::string(100, 'p') + std::to_string(i) + "\"}");
        add_call(conversation, "read_file", R"({"path":"file)" + std::to_string(i) + "\"}");
        add_call(conversation, "read_file", R"({"path":"a\nb"})");
        conversation.add_assistant(std::string(5'000, 'a'));
    }
    const std::string list = activity_list(conversation, all_of(conversation));
    CHECK(list.size() <= greatest_activity_list);
    CHECK(list.size() > greatest_activity_list / 2);
}
