#include <capstan/session.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;

namespace {

SessionInfo example_info() {
    SessionInfo info;
    info.id = "20261121-132752-aaaaa";
    info.title = "Fix *it* <now>";
    info.model = "openai/gpt-5-mini";
    info.status = "answered";
    info.created = std::chrono::system_clock::time_point(std::chrono::seconds(1795267672));
    info.changed = info.created + std::chrono::hours(1);
    info.events = 4;
    return info;
}

Conversation example_conversation(const std::string& result) {
    Conversation conversation;
    conversation.add_system("Be brief.").add_user("Fix it\n\n```\nnever closed");
    AssistantMessage calls;
    ToolCall call;
    call.id = "call_1";
    call.name = "read`file";
    call.arguments = R"({"path":"a```b"})";
    calls.tool_calls.push_back(call);
    conversation.add(calls).add_tool_result("call_1", result).add_assistant("Done.");
    return conversation;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the JSON of a session has its messages in OpenAI's format and its totals") {
    const AgentRun run(AgentRunOptions(), example_conversation("text"));
    const auto object = export_json(example_info(), run);
    CHECK(find_string(object, "id") == "20261121-132752-aaaaa");
    CHECK(find_string(object, "created") == "2026-11-21T13:27:52Z");
    CHECK(find_string(object, "changed") == "2026-11-21T14:27:52Z");
    CHECK(find_int(object, "events") == 4);
    REQUIRE(find_object(object, "totals"));
    const auto read = Conversation::from_json(json::value(object));
    CHECK(read.to_json_text() == run.transcript().to_json_text());
}

TEST_CASE("the Markdown of a session shows the conversation, its calls and their results") {
    const AgentRun run(AgentRunOptions(), example_conversation("a result\n"));
    const auto text = export_markdown(example_info(), run);
    CHECK(text.starts_with("# Fix \\*it\\* \\<now\\>\n\n- Session: `20261121-132752-aaaaa`"));
    CHECK(contains(text, "\n## User\n\n> Fix it\n>\n> ```\n> never closed\n"));
    CHECK(contains(text, "**Calls** ``read`file`` (`call_1`)"));
    CHECK(contains(text, "\n````json\n{\"path\":\"a```b\"}\n````\n"));
    CHECK(contains(text, "**Result** of `call_1`\n\n```\na result\n```\n"));
    CHECK(contains(text, "\n## Assistant\n\n> Done.\n"));
    CHECK(contains(text, "\n---\n"));
}

TEST_CASE("the Markdown of a session shortens long results and names images") {
    const AgentRun run(AgentRunOptions(), example_conversation(std::string(100'000, 'x')));
    const auto text = export_markdown(example_info(), run);
    CHECK(text.size() < 5'000);
    CHECK(contains(text, "bytes left out"));
    UserMessage picture;
    std::vector<ContentPart> parts;
    parts.emplace_back(TextPart("Look:"));
    parts.emplace_back(ImagePart("data:image/png;base64,AAAA"));
    picture.content = parts;
    Conversation conversation;
    conversation.add(picture);
    CHECK(contains(export_markdown(SessionInfo(), AgentRun(AgentRunOptions(), conversation)),
                   "> Look:\n> [an image]\n"));
}
