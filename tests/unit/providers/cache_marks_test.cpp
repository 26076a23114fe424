#include "chat/cache_marks.hpp"
#include "request_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace request_fixture;

namespace {

constexpr const char* claude = "anthropic/claude-sonnet-4.5";

// One character a message: '1' for a mark of ours or the message's, 'h' for one of an hour.
std::string marks(const MessageRequest& request, const OpenRouterOptions& options) {
    const auto body = json_of(options, request);
    std::string result;
    for (const json::value& message : body.at("messages").as_array()) {
        const auto ttls = cache_mark_ttls(message_from_json(message));
        char mark = '.';
        if (ttls.size() == 1) mark = ttls[0] == "1h" ? 'h' : '1';
        if (ttls.size() > 1) mark = static_cast<char>('0' + ttls.size());
        result += mark;
    }
    return result;
}

MessageRequest tool_loop() {
    MessageRequest request = asking("q");
    request.system_prompt = "rules";
    for (int i = 0; i < 3; ++i) {
        AssistantMessage message;
        ToolCall call;
        call.id = "c" + std::to_string(i);
        call.name = "f";
        message.tool_calls.push_back(call);
        request.messages.add(message);
        request.messages.add_tool_result(call.id, "result");
    }
    return request;
}

Message marked(std::string text, std::string ttl = {}) {
    TextPart part(std::move(text));
    part.cache_control = CacheControl(std::move(ttl));
    return UserMessage(std::vector<ContentPart>{part});
}

}  // namespace

TEST_CASE("cache marks: only for the families that need them") {
    for (const char* slug : {"anthropic/claude-opus-5", "~anthropic/claude-latest", "minimax/m2",
                             "qwen/qwen3-max", "qwen/qwen-plus:nitro", "deepseek/deepseek-v3.2"})
        CHECK(needs_cache_marks(slug));
    for (const char* slug : {"openai/gpt-5", "qwen/qwen3-max-2025-09-23", "google/gemini-3-pro",
                             "deepseek/deepseek-v3.2-exp", "openrouter/auto", ""})
        CHECK_FALSE(needs_cache_marks(slug));
}

TEST_CASE("user problem 22: system and the last two user or tool messages are marked") {
    CHECK(marks(tool_loop(), bare_options(claude)) == "1....1.1");
    CHECK(marks(tool_loop(), bare_options("openai/gpt-5")) == "........");
    MessageRequest chat = asking("a");
    chat.messages.add_assistant("b").add_user("c").add_assistant("d").add_user("e");
    CHECK(marks(chat, bare_options(claude)) == "..1.1");
}

TEST_CASE("prompt caching can be switched off and forced") {
    OpenRouterOptions options = bare_options(claude);
    options.prompt_caching = PromptCaching::off;
    CHECK(marks(tool_loop(), options) == "........");
    options = bare_options("google/gemini-3-pro");
    options.prompt_caching = PromptCaching::always;
    CHECK(marks(tool_loop(), options) == "1....1.1");
}

TEST_CASE("user problem 22: never more than four marks, the messages' and tools' own included") {
    MessageRequest request = tool_loop();
    request.messages.add(marked("x"));
    request.messages.add(marked("y"));
    CHECK(marks(request, bare_options(claude)) == "1.......11");
    FunctionTool cached = tool("f");
    cached.cache_control.emplace();
    request.tools.emplace_back(cached);
    CHECK(marks(request, bare_options(claude)) == "1.......11");
    request.messages.add(marked("z"));
    CHECK(marks(request, bare_options(claude)) == "........111");
    for (int i = 0; i < 3; ++i) request.messages.add(marked("more"));
    CHECK(marks(request, bare_options(claude)) == "..........1111");
    const auto body = json_of(bare_options(claude), request);
    CHECK_FALSE(body.at("tools").at(0).as_object().contains("cache_control"));
}

TEST_CASE("marks that messages carry are sent to every model, at most four") {
    MessageRequest request;
    for (int i = 0; i < 6; ++i) request.messages.add(marked("x"));
    CHECK(marks(request, bare_options("openai/gpt-5")) == "..1111");
}

TEST_CASE("a mark before one of an hour lasts an hour too") {
    MessageRequest request = tool_loop();
    request.messages.add(marked("x", "1h"));
    CHECK(marks(request, bare_options(claude)) == "h......hh");
    request.messages.add_user("last");
    CHECK(marks(request, bare_options(claude)) == "h.......h1");
}

TEST_CASE("a top-level cache_control spends one mark") {
    MessageRequest request;
    for (int i = 0; i < 6; ++i) request.messages.add(marked("x"));
    request.extra["cache_control"] = json::object{{"type", "ephemeral"}};
    CHECK(marks(request, bare_options(claude)) == "...111");
}

TEST_CASE("user problem 22: messages without text get no mark, and no empty block is made") {
    MessageRequest request = asking("q");
    request.messages.add_assistant("a").add_user("");
    CHECK(marks(request, bare_options(claude)) == "1..");
    const auto body = json_of(bare_options(claude), request);
    CHECK(body.at("messages").at(2).at("content") == "");
}
