#include "context/context_groups.hpp"

#include <capstan/context.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;

namespace {

Conversation work(std::size_t calls, std::size_t size) {
    Conversation conversation = Conversation::user("question");
    for (std::size_t i = 0; i < calls; ++i) {
        AssistantMessage message(std::string(size, 'a'));
        ToolCall& call = message.tool_calls.emplace_back();
        call.id = std::to_string(i);
        call.name = "read_file";
        call.arguments = R"({"path":"f)" + std::to_string(i) + "\"}";
        conversation.add(std::move(message));
        conversation.add_tool_result(std::to_string(i), std::string(size, 'x'));
    }
    return conversation;
}

Conversation compacted(const Conversation& conversation, std::int64_t target,
                       CompactionReport& report) {
    return compact_hard(conversation, ContextOptions(), TokenEstimator(), target, report);
}

}  // namespace

TEST_CASE("each step is taken only when the one before it was not enough") {
    const Conversation conversation = work(40, 10'000);  // 800,000 characters, 240,000 tokens
    struct Row {
        std::int64_t target;
        std::size_t trimmed_at_least;
        std::size_t removed_at_least;
        std::size_t removed_at_most;
    };
    const Row rows[] = {
        {300'000, 0, 0, 0},
        {200'000, 10, 0, 0},
        {100'000, 36, 2, 40},
        {30'000, 36, 60, 78},
        {8'000, 39, 78, 78},
    };
    for (const Row& row : rows) {
        CAPTURE(row.target);
        CompactionReport report;
        const Conversation after = compacted(conversation, row.target, report);
        CHECK(report.tokens_after <= row.target);
        CHECK(report.trimmed_results >= (row.removed_at_least < 60 ? row.trimmed_at_least : 0));
        CHECK(report.removed_messages >= row.removed_at_least);
        CHECK(report.removed_messages <= row.removed_at_most);
        CHECK(transcript_fault(after).empty());
        CHECK(after.message_text(0) == conversation.message_text(0));
        if (report.removed_messages > 0) CHECK(is_summary(after.messages()[1]));
    }
}

TEST_CASE("one huge result behind the last call is cut as the last resort") {
    Conversation conversation = work(1, 1'000'000);
    CompactionReport report;
    const Conversation after = compacted(conversation, 10'000, report);
    CHECK(report.tokens_after <= 10'000);
    CHECK(report.tokens_after > 9'900);
    CHECK(report.trimmed_results == 1);
    CHECK(transcript_fault(after).empty());
}

TEST_CASE("what cannot be cut is said by the report") {
    Conversation conversation = Conversation::user(std::string(100'000, 'u'));
    conversation.add_assistant("a").add_user("b");
    CompactionReport report;
    const Conversation after = compacted(conversation, 1'000, report);
    CHECK(report.tokens_after > 1'000);
    CHECK(after.message_text(0) == conversation.message_text(0));
}
