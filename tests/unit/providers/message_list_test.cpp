// The messages of a request are written from texts that the conversation keeps: the bytes must be
// those of a conversation that was made anew and keeps none.
#include "chat/message_list.hpp"
#include "random_transcript.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <utility>

using namespace capstan;

namespace {

constexpr std::array<std::string_view, 6> makers = {
    "anthropic/claude-sonnet-4.5", "openai/gpt-5",      "google/gemini-3-pro",
    "mistralai/mistral-large",     "qwen/qwen3-30b-a3b", ""};
constexpr std::array<std::string_view, 5> formats = {
    "anthropic-claude-v1", "openai-responses-v1", "google-gemini-v1", "unknown", ""};
constexpr std::array<std::string_view, 4> types = {
    "reasoning.text", "reasoning.encrypted", "reasoning.summary", "reasoning.server_tool_call"};

json::object random_entry(Random& random) {
    json::object entry;
    entry["type"] = types[pick(random, types.size())];
    entry["format"] = formats[pick(random, formats.size())];
    for (const char* name : {"text", "signature", "data", "id", "summary"})
        if (pick(random, 2) == 0) entry[name] = "x" + std::to_string(pick(random, 4));
    if (pick(random, 4) == 0) entry["text"] = std::string(2'000, 't');
    return entry;
}

void vary(Random& random, AssistantMessage& message) {
    message.origin.model = makers[pick(random, makers.size())];
    if (pick(random, 2) == 0) message.origin.requested_model = message.origin.model;
    if (pick(random, 2) == 0) {
        auto& details = message.reasoning.details.emplace();
        for (auto n = pick(random, 4); n > 0; --n) details.push_back(random_entry(random));
    }
}

void vary(Random& random, Content& content) {
    if (auto* parts = std::get_if<std::vector<ContentPart>>(&content))
        for (auto& part : *parts)
            if (auto* text = std::get_if<TextPart>(&part); text && pick(random, 2) == 0)
                text->cache_control = CacheControl(pick(random, 2) == 0 ? "1h" : "");
}

// With makers, reasoning, cache marks, and ids that some vendors refuse.
Conversation random_conversation(Random& random) {
    Conversation conversation = random_transcript(random);
    const std::string odd = pick(random, 3) == 0 ? std::string(45, 'i') + "." : "";
    for (std::size_t i = 0; i < conversation.size(); ++i) {
        Message message = conversation.messages()[i];
        std::visit([&](auto& known) { vary(random, known.content); }, message);
        if (auto* assistant = std::get_if<AssistantMessage>(&message)) {
            vary(random, *assistant);
            for (auto& call : assistant->tool_calls) call.id = odd + call.id;
        } else if (auto* result = std::get_if<ToolMessage>(&message)) {
            result->tool_call_id = odd + result->tool_call_id;
        }
        conversation.replace(i, std::move(message));
    }
    return conversation;
}

// The same messages; nothing is shared.
Conversation made_anew(const Conversation& conversation) {
    Conversation copy;
    for (const Message& message : conversation.messages()) copy.add(message);
    for (std::size_t i = 0; i < copy.size(); ++i) copy.pin(i, conversation.pinned(i));
    return copy;
}

std::string written(const Conversation& conversation, std::string_view model, bool share) {
    MessageRequest request;
    request.system_prompt = "Be brief.";
    request.messages = conversation;
    MessageListOptions options;
    options.models.emplace_back(model);
    options.cache_marks = model.starts_with("anthropic");
    options.share_texts = share;
    std::string out = "before";
    const auto list = append_message_list(out, request, options);
    CHECK((share || list.parts.empty()));
    return whole_body(out, list.parts);
}

void compare(const Conversation& kept) {
    for (const auto model : makers) {
        const std::string fresh = written(made_anew(kept), model, false);
        CHECK(written(kept, model, false) == fresh);
        CHECK(written(kept, model, true) == fresh);
        CHECK(written(made_anew(kept), model, true) == fresh);
    }
}

}  // namespace

TEST_CASE("a request is written with kept texts as without, whatever is in the conversation") {
    Random random(2026);
    for (int round = 0; round < 300; ++round) {
        const Conversation conversation = random_conversation(random);
        for (std::size_t i = 0; i < conversation.size(); ++i)
            (void)conversation.message_text(i);
        compare(conversation);
    }
}

TEST_CASE("texts that were kept hold for each turn that is added") {
    Random random(7);
    for (int round = 0; round < 20; ++round) {
        const Conversation all = random_conversation(random);
        Conversation grown;
        for (const Message& message : all.messages()) {
            grown.add(message);
            compare(grown);
        }
    }
}

TEST_CASE("no text outlives its message when a conversation is changed") {
    Random random(11);
    for (int round = 0; round < 100; ++round) {
        Conversation changed = random_conversation(random);
        const Conversation other = random_conversation(random);
        for (int change = 0; change < 5 && !changed.empty() && !other.empty(); ++change) {
            compare(changed);
            const auto copy = changed;
            const auto at = pick(random, changed.size());
            const Message message = other.messages()[pick(random, other.size())];
            const auto kind = pick(random, 4);
            if (kind == 0) changed.replace(at, message);
            if (kind == 1) changed.insert(at, message);
            if (kind == 2) changed.erase(at, at + 1);
            if (kind == 3) changed.pin(at, !changed.pinned(at));
            compare(copy);
        }
    }
}

TEST_CASE("long texts are not copied but shared, and live as long as the request") {
    Conversation conversation;
    conversation.add_user("short").add_user(std::string(5'000, 'l')).add_user("short again");
    MessageRequest request;
    request.messages = conversation;
    MessageListOptions options;
    options.models.emplace_back("vendor/model");
    options.share_texts = true;
    std::string out = "{\"messages\":";
    const auto list = append_message_list(out, request, options);

    REQUIRE(list.parts.size() == 1);
    CHECK(list.parts[0].text.get() == &conversation.message_text(1));
    CHECK(out.size() < 200);
    CHECK(whole_body_size(out, list.parts) == whole_body(out, list.parts).size());

    const std::string kept = conversation.message_text(1);
    conversation = Conversation();
    request = MessageRequest();
    CHECK(*list.parts[0].text == kept);
}
