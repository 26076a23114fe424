#include <capstan/context.hpp>

#include <catch2/catch_test_macros.hpp>

#include "context/context_groups.hpp"

using namespace capstan;

namespace {

Conversation turns(std::size_t count, std::size_t size) {
    Conversation conversation;
    conversation.add_system("rules").add_user("question");
    for (std::size_t i = 0; i < count; ++i)
        conversation.add_assistant(std::string(size, 'a')).add_user(std::string(size, 'u'));
    return conversation;
}

std::vector<std::size_t> range(std::size_t first, std::size_t last) {
    std::vector<std::size_t> indexes;
    for (; first < last; ++first) indexes.push_back(first);
    return indexes;
}

std::string text_at(const Conversation& conversation, std::size_t index) {
    return std::visit([](const auto& message) { return text_of(message.content); },
                      conversation.messages().at(index));
}

}  // namespace

TEST_CASE("old turns are replaced up to the target, recent ones never") {
    const Conversation conversation = turns(50, 10'000);  // 1,000,000 characters
    const TokenEstimator estimator;                       // 300,000 tokens
    ContextOptions options;
    auto messages = replaceable_messages(conversation, options, estimator, 400'000);
    CHECK(messages.empty());
    messages = replaceable_messages(conversation, options, estimator, 150'000);
    CHECK(messages == range(2, 2 + 51));
    messages = replaceable_messages(conversation, options, estimator, 50'000);
    CHECK(messages == range(2, 102 - 15));
    messages = replaceable_messages(conversation, options, estimator, 10'000);
    CHECK(messages == range(2, 102 - 2));
}

TEST_CASE("there is nothing to gain from less than a summary takes") {
    const Conversation conversation = turns(3, 1'000);
    ContextOptions options;
    CHECK(replaceable_messages(conversation, options, TokenEstimator(), 100).empty());
    options.summary_tokens = 100;
    CHECK(replaceable_messages(conversation, options, TokenEstimator(), 100) == range(2, 7));
}

TEST_CASE("the next summary takes over the one before") {
    const TokenEstimator estimator;
    const ContextOptions options;
    Conversation conversation = turns(50, 10'000);
    CompactionReport report;
    const auto messages = replaceable_messages(conversation, options, estimator, 100'000);
    Conversation after =
        replace_by_summary(conversation, messages, "first part", estimator, report);
    CHECK(report.summarised);
    CHECK(report.removed_messages == messages.size());
    CHECK(report.tokens_after <= 100'000);
    CHECK(after.size() == conversation.size() - messages.size() + 1);
    CHECK(text_at(after, 1) == "question");
    CHECK(text_at(after, 2) == std::string(summary_mark) + "first part");
    for (int i = 0; i < 40; ++i) after.add_assistant(std::string(10'000, 'b')).add_user("go on");
    const auto next = replaceable_messages(after, options, estimator, 100'000);
    REQUIRE_FALSE(next.empty());
    CHECK(next.front() == 2);
    CompactionReport second;
    after = replace_by_summary(after, next, "both parts", estimator, second);
    CHECK(text_at(after, 2) == std::string(summary_mark) + "both parts");
    CHECK_FALSE(is_summary(after.messages()[3]));
}

TEST_CASE("a summary alone is not summarised again") {
    Conversation conversation;
    conversation.add_user("question").add_user(std::string(summary_mark) + std::string(9'000, 's'));
    conversation.add_user("go on");
    ContextOptions options;
    options.summary_tokens = 0;
    CHECK(replaceable_messages(conversation, options, TokenEstimator(), 1).empty());
}

TEST_CASE("pinned messages stay in their place behind the summary") {
    Conversation conversation = turns(50, 10'000);
    conversation.pin(10);
    const ContextOptions options;
    const TokenEstimator estimator;
    CompactionReport report;
    const auto messages = replaceable_messages(conversation, options, estimator, 50'000);
    const Conversation after =
        replace_by_summary(conversation, messages, "all", estimator, report);
    CHECK(is_summary(after.messages()[2]));
    CHECK_FALSE(after.pinned(2));
    CHECK(&after.messages()[3] == &conversation.messages()[10]);
    CHECK(after.pinned(3));
}

TEST_CASE("an empty summary becomes a list, a long one is cut, and none at all changes nothing") {
    const Conversation conversation = turns(2, 1'000);
    const TokenEstimator estimator;
    for (const char* blank : {"", " \n\t"}) {
        CompactionReport report;
        const auto after = replace_by_summary(conversation, {2, 3}, blank, estimator, report);
        CHECK(text_at(after, 2).find("The user said: uuu") != std::string::npos);
        CHECK_FALSE(report.summarised);
        CHECK(report.removed_messages == 2);
    }
    CompactionReport report;
    auto after =
        replace_by_summary(conversation, {2, 3}, std::string(90'000, 's'), estimator, report);
    CHECK(after.chars() < conversation.chars());
    after = replace_by_summary(conversation, {}, "s", estimator, report);
    CHECK(after.to_json_text() == conversation.to_json_text());
    CHECK(report.tokens_after == estimator.tokens(conversation));
}
