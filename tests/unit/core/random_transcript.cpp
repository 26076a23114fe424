#include "random_transcript.hpp"

#include "context/context_groups.hpp"

#include <array>

using namespace capstan;

namespace {

constexpr std::array<std::string_view, 8> words = {
    "ship ", "capstan\n", "ä€😀", "\"quoted\" ", "\x80\xff", "[Summary", "src/a.cpp ", "\t0 "};

std::string random_text(Random& random) {
    constexpr std::array<std::size_t, 8> sizes = {0, 1, 5, 20, 60, 200, 1'000, 8'000};
    const std::size_t size = pick(random, sizes[pick(random, sizes.size())] + 1);
    std::string text;
    while (text.size() < size) text += words[pick(random, words.size())];
    return text;
}

Content random_content(Random& random) {
    if (pick(random, 8) > 0) return random_text(random);
    std::vector<ContentPart> parts;
    for (std::size_t i = pick(random, 4); i > 0; --i) {
        FilePart file;
        file.filename = "a.pdf";
        json::object raw;
        raw["type"] = "video_url";
        if (pick(random, 2) == 0) parts.push_back(TextPart(random_text(random)));
        else if (pick(random, 2) == 0) parts.push_back(ImagePart("https://a/b.png"));
        else if (pick(random, 2) == 0) parts.push_back(file);
        else parts.push_back(RawPart(raw));
    }
    return parts;
}

void add_reasoning(Random& random, AssistantMessage& message) {
    if (pick(random, 2) == 0) message.reasoning.text = random_text(random);
    if (pick(random, 3) > 0) return;
    json::object entry;
    entry["type"] = "reasoning.encrypted";
    entry["data"] = random_text(random);
    message.reasoning.details.emplace().push_back(std::move(entry));
}

void add_calls(Random& random, Conversation& conversation, bool may_stay_open) {
    AssistantMessage message(random_content(random));
    add_reasoning(random, message);
    const std::size_t count = 1 + pick(random, 4);
    for (std::size_t i = 0; i < count; ++i) {
        ToolCall& call = message.tool_calls.emplace_back();
        call.id = "call_" + std::to_string(conversation.size()) + "_" + std::to_string(i);
        call.name = pick(random, 2) ? "read_file" : "run";
        call.arguments = pick(random, 3) ? R"({"path":"src/a.cpp"})" : random_text(random);
    }
    const auto calls = message.tool_calls;
    conversation.add(std::move(message));
    const std::size_t answered = may_stay_open ? pick(random, count + 1) : count;
    for (std::size_t i = 0; i < answered; ++i)
        conversation.add(ToolMessage(calls[i].id, random_content(random)));
}

void add_turn(Random& random, Conversation& conversation) {
    const std::size_t kind = pick(random, 10);
    if (kind < 2) conversation.add(UserMessage(random_content(random)));
    else if (kind < 4) conversation.add(AssistantMessage(random_content(random)));
    else if (kind < 9) add_calls(random, conversation, false);
    else if (pick(random, 2) == 0) conversation.add_system(random_text(random));
    else conversation.add_user(std::string(summary_mark) + random_text(random));
}

Message tagged(Message message, std::size_t tag) {
    std::visit([tag](auto& known) { known.extra["tag"] = tag; }, message);
    return message;
}

}  // namespace

std::size_t pick(Random& random, std::size_t count) {
    return static_cast<std::size_t>(random() % count);
}

Conversation random_transcript(Random& random) {
    Conversation conversation;
    if (pick(random, 2) == 0) conversation.add_system(random_text(random));
    if (pick(random, 8) > 0) conversation.add(UserMessage(random_content(random)));
    for (std::size_t i = pick(random, 16); i > 0; --i) add_turn(random, conversation);
    if (pick(random, 3) == 0) add_calls(random, conversation, true);
    const std::size_t pins = pick(random, 3) == 0 ? 6 : 1'000'000;
    for (std::size_t i = 0; i < conversation.size(); ++i) {
        conversation.replace(i, tagged(conversation.messages()[i], i));
        if (pick(random, pins) == 0) conversation.pin(i);
    }
    return conversation;
}

ContextOptions random_options(Random& random) {
    ContextOptions options;
    options.recent_results = pick(random, 6);
    options.trimmed_result_chars = pick(random, 800);
    options.recent_tokens = static_cast<std::int64_t>(pick(random, 4'000));
    options.summary_tokens = static_cast<std::int64_t>(pick(random, 600));
    return options;
}

TokenEstimator random_estimator(Random& random) {
    TokenEstimator estimator;
    for (std::size_t i = pick(random, 8); i > 0; --i)
        estimator.calibrate(100, 20 + static_cast<std::int64_t>(pick(random, 400)));
    return estimator;
}
