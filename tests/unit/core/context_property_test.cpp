// What every compaction promises, over random transcripts: 2,000 of them, or as many as
// CAPSTAN_RANDOM_TRANSCRIPTS says.
#include "model/message_chars.hpp"
#include "random_transcript.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdlib>
#include <functional>

using namespace capstan;

namespace {

constexpr std::size_t least_piece = 160;

std::size_t transcript_count() {
    const char* text = std::getenv("CAPSTAN_RANDOM_TRANSCRIPTS");
    return text ? std::strtoul(text, nullptr, 10) : 2'000;
}

const json::object& extra_of(const Message& message) {
    return std::visit([](const auto& known) -> const json::object& { return known.extra; },
                      message);
}

const Content& content_of(const Message& message) {
    return std::visit([](const auto& known) -> const Content& { return known.content; }, message);
}

std::optional<std::size_t> tag_of(const Message& message) {
    const json::value* tag = extra_of(message).if_contains("tag");
    return tag ? std::optional(tag->to_number<std::size_t>()) : std::nullopt;
}

template <class Kind>
bool is(const Message& message) {
    return std::holds_alternative<Kind>(message);
}

bool is_marked(const Message& message) {
    return is<UserMessage>(message) &&
           text_of(content_of(message)).starts_with("[Summary of the earlier conversation");
}

// The header's words once more, written the slow way.
bool must_stay(const Conversation& conversation, std::size_t index) {
    const auto messages = conversation.messages();
    const auto typed = [&](std::size_t i) {
        return is<UserMessage>(messages[i]) && !is_marked(messages[i]);
    };
    const auto none = [&](std::size_t first, std::size_t last, const auto& test) {
        for (std::size_t i = first; i < last; ++i)
            if (test(i)) return false;
        return true;
    };
    if (is<SystemMessage>(messages[index]) || conversation.pinned(index)) return true;
    if (typed(index) && none(0, index, typed)) return true;
    if (typed(index) && none(index + 1, messages.size(), typed)) return true;
    if (is_marked(messages[index])) return false;
    const auto assistant = [&](std::size_t i) { return is<AssistantMessage>(messages[i]); };
    return none(index, messages.size(), assistant);
}

// The messages of the call that `index` belongs to.
std::pair<std::size_t, std::size_t> call_around(const Conversation& conversation,
                                                std::size_t index) {
    const auto messages = conversation.messages();
    std::size_t first = index;
    while (is<ToolMessage>(messages[first])) --first;
    std::size_t last = first + 1;
    while (last < messages.size() && is<ToolMessage>(messages[last])) ++last;
    return {first, last};
}

bool group_must_stay(const Conversation& conversation, std::size_t index) {
    const auto [first, last] = call_around(conversation, index);
    const auto* caller = std::get_if<AssistantMessage>(&conversation.messages()[first]);
    if (caller && caller->tool_calls.size() > last - first - 1) return true;
    for (std::size_t i = first; i < last; ++i)
        if (must_stay(conversation, i)) return true;
    return false;
}

struct Compaction {
    Conversation before;
    Conversation after;
    CompactionReport report;
    bool cuts_tail = false;
};

void check_order_and_sizes(const Compaction& done) {
    std::size_t next = 0;
    std::size_t summaries = 0;
    for (std::size_t i = 0; i < done.after.size(); ++i) {
        const Message& message = done.after.messages()[i];
        const auto tag = tag_of(message);
        if (!tag) {
            ++summaries;
            REQUIRE(is_marked(message));
            continue;
        }
        REQUIRE(*tag >= next);
        next = *tag + 1;
        REQUIRE(message.index() == done.before.messages()[*tag].index());
        REQUIRE(done.after.chars(i) <= done.before.chars(*tag));
        REQUIRE(done.after.pinned(i) == done.before.pinned(*tag));
    }
    REQUIRE(summaries <= 1);
    REQUIRE(done.after.chars() <= done.before.chars());
}

void check_kept(const Compaction& done) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < done.before.size(); ++i) {
        if (!group_must_stay(done.before, i)) continue;
        while (at < done.after.size() && tag_of(done.after.messages()[at]) != i) ++at;
        REQUIRE(at < done.after.size());
        const bool result = is<ToolMessage>(done.before.messages()[i]);
        const bool may_change = !done.before.pinned(i) && (!must_stay(done.before, i) ||
                                                           (done.cuts_tail && result));
        if (!may_change) REQUIRE(done.after.message_text(at) == done.before.message_text(i));
    }
}

void check_calls(const Compaction& done) {
    REQUIRE(transcript_fault(done.after, true).empty());
    for (const Message& message : done.after.messages()) {
        const auto* caller = std::get_if<AssistantMessage>(&message);
        if (!caller) continue;
        const auto& old = std::get<AssistantMessage>(done.before.messages()[*tag_of(message)]);
        REQUIRE(caller->tool_calls.size() == old.tool_calls.size());
        for (std::size_t i = 0; i < old.tool_calls.size(); ++i)
            REQUIRE(caller->tool_calls[i].arguments == old.tool_calls[i].arguments);
        REQUIRE(caller->reasoning.text == old.reasoning.text);
        REQUIRE(caller->reasoning.details == old.reasoning.details);
    }
}

void check(const Compaction& done, const TokenEstimator& estimator) {
    check_order_and_sizes(done);
    check_kept(done);
    check_calls(done);
    REQUIRE(done.report.tokens_before == estimator.tokens(done.before));
    REQUIRE(done.report.tokens_after == estimator.tokens(done.after));
}

std::size_t cut_chars(const Conversation& conversation, std::size_t index, std::size_t piece) {
    const std::size_t content = content_chars(content_of(conversation.messages()[index]));
    return conversation.chars(index) - content + std::min(content, piece);
}

// What is left when every step has done all that it may.
std::size_t least_chars(const Conversation& conversation, const ContextOptions& options) {
    const std::size_t piece = std::max(options.trimmed_result_chars, least_piece);
    std::size_t chars = std::max<std::size_t>(piece + 24, 240);  // a summary, or too little for one
    for (std::size_t i = 0; i < conversation.size(); ++i) {
        if (!group_must_stay(conversation, i)) continue;
        const bool fixed =
            conversation.pinned(i) || (must_stay(conversation, i) &&
                                       !is<ToolMessage>(conversation.messages()[i]));
        chars += fixed ? conversation.chars(i) : cut_chars(conversation, i, piece);
    }
    return chars;
}

std::size_t least_chars_trimmed(const Conversation& conversation, const ContextOptions& options) {
    const std::size_t piece = std::max(options.trimmed_result_chars, least_piece);
    std::size_t chars = 0;
    std::size_t results = 0;
    for (std::size_t i = conversation.size(); i-- > 0;) {
        const bool result = is<ToolMessage>(conversation.messages()[i]);
        results += result ? 1 : 0;
        const bool trims =
            result && results > options.recent_results && !must_stay(conversation, i);
        chars += trims ? cut_chars(conversation, i, piece) : conversation.chars(i);
    }
    return chars;
}

struct Case {
    explicit Case(std::uint64_t seed) : random(seed) {
        conversation = random_transcript(random);
        options = random_options(random);
        estimator = random_estimator(random);
        const auto tokens = static_cast<std::size_t>(estimator.tokens(conversation));
        target = static_cast<std::int64_t>(pick(random, tokens + tokens / 4 + 1));
    }

    Random random;
    Conversation conversation;
    ContextOptions options;
    TokenEstimator estimator;
    std::int64_t target = 0;
};

using Step = std::function<Conversation(const Case&, const Conversation&, CompactionReport&)>;

Compaction run(const Case& given, const Step& step) {
    Compaction done;
    done.before = given.conversation;
    done.after = step(given, done.before, done.report);
    CompactionReport again;
    const std::string text = done.after.to_json_text();
    REQUIRE(step(given, done.before, again).to_json_text() == text);
    CompactionReport second;
    REQUIRE(step(given, done.after, second).to_json_text() == text);
    if (given.estimator.tokens(done.before) <= given.target)
        REQUIRE(text == done.before.to_json_text());
    return done;
}

void for_each_case(const std::function<void(Case&)>& body) {
    const std::size_t count = transcript_count();
    for (std::uint64_t seed = 0; seed < count; ++seed) {
        INFO("seed " << seed);
        Case given(seed);
        REQUIRE(transcript_fault(given.conversation, true).empty());
        body(given);
    }
}

}  // namespace

TEST_CASE("trimming old results keeps every promise on random transcripts") {
    for_each_case([](Case& given) {
        Compaction done = run(given, [](const Case& c, const Conversation& conversation,
                                        CompactionReport& report) {
            return trim_tool_results(conversation, c.options, c.estimator, c.target, report);
        });
        check(done, given.estimator);
        REQUIRE(done.after.size() == done.before.size());
        if (done.report.tokens_after > given.target)
            REQUIRE(done.after.chars() <= least_chars_trimmed(given.conversation, given.options));
    });
}

TEST_CASE("compacting without a model keeps every promise on random transcripts") {
    for_each_case([](Case& given) {
        Compaction done = run(given, [](const Case& c, const Conversation& conversation,
                                        CompactionReport& report) {
            return compact_hard(conversation, c.options, c.estimator, c.target, report);
        });
        done.cuts_tail = true;
        check(done, given.estimator);
        if (done.report.tokens_after > given.target)
            REQUIRE(done.after.chars() <= least_chars(given.conversation, given.options));
    });
}

TEST_CASE("putting a summary in place keeps every promise on random transcripts") {
    for_each_case([](Case& given) {
        const auto messages = replaceable_messages(given.conversation, given.options,
                                                   given.estimator, given.target);
        REQUIRE(std::is_sorted(messages.begin(), messages.end()));
        std::string summary;
        if (pick(given.random, 3) > 0) summary.assign(pick(given.random, 6'000), 's');
        Compaction done;
        done.before = given.conversation;
        done.after = replace_by_summary(given.conversation, messages, summary, given.estimator,
                                        done.report);
        check(done, given.estimator);
        REQUIRE(done.report.removed_messages <= messages.size());
        if (messages.empty()) REQUIRE(done.after.to_json_text() == done.before.to_json_text());
        REQUIRE(summary_request(given.conversation, messages).size() == 2);
    });
}

TEST_CASE("with a summary of the planned size the target is reached, or all old turns are gone") {
    for_each_case([](Case& given) {
        const auto messages = replaceable_messages(given.conversation, given.options,
                                                   given.estimator, given.target);
        if (messages.empty()) return;
        CompactionReport report;
        const std::size_t planned = static_cast<std::size_t>(
            static_cast<double>(given.options.summary_tokens) / given.estimator.tokens_per_char());
        const auto slack = given.estimator.tokens_of_chars(80);
        const std::string summary(planned > 80 ? planned - 80 : 1, 's');
        const Conversation after = replace_by_summary(given.conversation, messages, summary,
                                                      given.estimator, report);
        if (report.tokens_after <= given.target + slack) return;
        REQUIRE(replaceable_messages(after, given.options, given.estimator, given.target).empty());
    });
}
