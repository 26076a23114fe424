#include <capstan/context.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;

namespace {

// u: user, a: assistant; "c12": a message that calls 1 and 2; a digit alone: a result.
Conversation drawn(std::string_view plan) {
    Conversation conversation;
    for (std::size_t i = 0; i < plan.size(); ++i) {
        if (plan[i] == 'u') conversation.add_user("u");
        if (plan[i] == 'a') conversation.add_assistant("a");
        if (plan[i] >= '0' && plan[i] <= '9') conversation.add_tool_result({plan[i]}, "r");
        if (plan[i] != 'c') continue;
        AssistantMessage message;
        for (++i; i < plan.size() && plan[i] != ' '; ++i)
            message.tool_calls.emplace_back().id = std::string(1, plan[i]);
        conversation.add(std::move(message));
    }
    return conversation;
}

}  // namespace

TEST_CASE("a transcript's faults are named with their place") {
    struct Row {
        const char* plan;
        const char* fault;
        const char* open_fault;
    };
    const char* const none = "";
    const Row rows[] = {
        {"", none, none},
        {"uau", none, none},
        {"uc1 1a", none, none},
        {"uc12 12", none, none},
        {"uc1 1c1 1", none, none},
        {"c1 1", none, none},
        {"1", "messages[0]: a result without a call before it", nullptr},
        {"ua1", "messages[2]: a result without a call before it", nullptr},
        {"uc1 u1", "messages[1]: 1 of its calls have no result in their place", nullptr},
        {"uc1 11", "messages[3]: no open call of messages[1] has the id 1", nullptr},
        {"uc12 21", "messages[3]: no open call of messages[1] has the id 1", nullptr},
        {"uc1 2", "messages[2]: no open call of messages[1] has the id 2", nullptr},
        {"uc12 1u", "messages[1]: 1 of its calls have no result in their place", nullptr},
        {"uc11 11", "messages[1]: two calls have the same id", nullptr},
        {"uc12 ", "messages[1]: 2 of its calls have no result in their place", none},
        {"uc12 1", "messages[1]: 1 of its calls have no result in their place", none},
        {"uc12 2", "messages[1]: 1 of its calls have no result in their place", none},
        {"c1 c2 ", "messages[0]: 1 of its calls have no result in their place", nullptr},
    };
    for (const Row& row : rows) {
        CAPTURE(row.plan);
        CHECK(transcript_fault(drawn(row.plan)) == row.fault);
        CHECK(transcript_fault(drawn(row.plan), true) ==
              (row.open_fault ? row.open_fault : row.fault));
    }
}
