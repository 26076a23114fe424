#include "context/context_cut.hpp"

#include <capstan/context.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;

namespace {

// A user's question, then so many calls, each with a result of `size` characters.
Conversation work(std::size_t calls, std::size_t size) {
    Conversation conversation = Conversation::user("question");
    for (std::size_t i = 0; i < calls; ++i) {
        AssistantMessage message;
        ToolCall& call = message.tool_calls.emplace_back();
        call.id = std::to_string(i);
        call.name = "read_file";
        conversation.add(std::move(message));
        conversation.add_tool_result(std::to_string(i), std::string(size, 'x'));
    }
    return conversation;
}

std::string result_at(const Conversation& conversation, std::size_t call) {
    return text_of(std::get<ToolMessage>(conversation.messages()[2 + 2 * call]).content);
}

}  // namespace

TEST_CASE("the oldest results are cut first, and no more than needed") {
    const Conversation conversation = work(10, 10'000);
    const TokenEstimator estimator;
    CompactionReport report;
    const auto before = estimator.tokens(conversation);
    const auto target = before - estimator.tokens_of_chars(25'000);
    const Conversation after =
        trim_tool_results(conversation, ContextOptions(), estimator, target, report);
    CHECK(report.trimmed_results == 3);
    CHECK(report.tokens_before == before);
    CHECK(report.tokens_after == estimator.tokens(after));
    CHECK(report.tokens_after <= target);
    for (std::size_t call = 0; call < 10; ++call) {
        CHECK(result_at(after, call).size() <= (call < 3 ? 400 : 10'000));
        CHECK(result_at(after, call).size() >= (call < 3 ? 395 : 10'000));
    }
    CHECK(&after.messages()[20] == &conversation.messages()[20]);
}

TEST_CASE("recent results, pinned ones and those behind the last call are never cut") {
    Conversation conversation = work(10, 10'000);
    conversation.pin(2);
    ContextOptions options;
    options.recent_results = 4;
    CompactionReport report;
    Conversation after = trim_tool_results(conversation, options, TokenEstimator(), 0, report);
    CHECK(report.trimmed_results == 5);
    CHECK(result_at(after, 0).size() == 10'000);
    for (std::size_t call = 6; call < 10; ++call) CHECK(result_at(after, call).size() == 10'000);
    options.recent_results = 0;
    after = trim_tool_results(conversation, options, TokenEstimator(), 0, report);
    CHECK(result_at(after, 8).size() <= 400);
    CHECK(result_at(after, 9).size() == 10'000);
    options.recent_results = 100;
    after = trim_tool_results(conversation, options, TokenEstimator(), 0, report);
    CHECK(after.to_json_text() == conversation.to_json_text());
}

TEST_CASE("a trimmed result keeps its id and unknown members, and loses its pictures") {
    Conversation conversation = work(1, 0);
    ToolMessage result("0", std::vector<ContentPart>{TextPart("seen"), ImagePart("https://a/b")});
    result.extra["name"] = "read_file";
    conversation.replace(2, std::move(result));
    conversation.add_assistant("done");
    ContextOptions options;
    options.recent_results = 0;
    CompactionReport report;
    const auto after = trim_tool_results(conversation, options, TokenEstimator(), 0, report);
    CHECK(after.message_text(2) ==
          R"({"role":"tool","tool_call_id":"0","content":"seen\n[a picture, left out]",)"
          R"("name":"read_file"})");
}
