#include "responses_fixture.hpp"

#include "responses/reasoning_entries.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace responses_fixture;

namespace {

const std::string thought_1 =
    R"({"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"First part."},)"
    R"({"type":"summary_text","text":"Second part."}],"encrypted_content":"gAAA=="})";
const std::string thought_2 =
    R"({"id":"rs_2","type":"reasoning","summary":[],"encrypted_content":"gBBB=="})";
const std::string call_1 = R"({"id":"fc_1","type":"function_call","call_id":"call_1","name":"a",)"
                           R"("arguments":"{\"x\": 1.0}"})";
const std::string call_2 =
    R"({"id":"fc_2","type":"function_call","call_id":"call_2","name":"b","arguments":"{}"})";

std::string message(std::string_view text, std::string_view phase = {}) {
    std::string item = R"({"id":"msg_x","type":"message","role":"assistant","content":[{"type":)"
                       R"("output_text","text":")";
    item.append(text).append("\"}]");
    if (!phase.empty()) item.append(",\"phase\":\"").append(phase).append("\"");
    return item + "}";
}

std::string list(const std::vector<std::string>& items) {
    std::string text = "[";
    for (const std::string& item : items) text += (text.size() > 1 ? "," : "") + item;
    return text + "]";
}

/// The streamed form of a response: each item added, its texts in deltas of few bytes, done.
std::string streamed(const json::array& output) {
    std::string bytes;
    for (std::size_t i = 0; i < output.size(); ++i) {
        const json::object& item = output[i].get_object();
        const std::string index = std::to_string(i);
        json::object bare = item;
        bare.stable_erase("encrypted_content");
        if (bare.contains("summary")) bare["summary"] = json::array();
        if (bare.contains("content")) bare["content"] = json::array();
        if (bare.contains("arguments")) bare["arguments"] = "";
        bytes += event(R"({"type":"response.output_item.added","output_index":)" + index +
                       ",\"item\":" + to_json_text(bare) + "}");
        const auto deltas = [&](std::string_view type, std::string_view part_name, std::size_t part,
                                std::string_view text) {
            for (std::size_t at = 0; at < text.size(); at += 3)
                bytes += event(R"({"type":")" + std::string(type) + R"(","output_index":)" + index +
                               R"(,"item_id":)" + to_json_text(item.at("id")) + ",\"" +
                               std::string(part_name) + "\":" + std::to_string(part) +
                               ",\"delta\":" + to_json_text(json::value(text.substr(at, 3))) + "}");
        };
        const auto* summary = find_array(item, "summary");
        for (std::size_t k = 0; summary && k < summary->size(); ++k)
            deltas("response.reasoning_summary_text.delta", "summary_index", k,
                   std::string_view((*summary)[k].at("text").as_string()));
        const auto* content = find_array(item, "content");
        const bool thinks = item.at("type") == "reasoning";
        for (std::size_t k = 0; content && k < content->size(); ++k)
            deltas(thinks ? "response.reasoning_text.delta" : "response.output_text.delta",
                   "content_index", k, std::string_view((*content)[k].at("text").as_string()));
        if (const auto arguments = find_string(item, "arguments"))
            deltas("response.function_call_arguments.delta", "part", 0, *arguments);
        bytes += event(R"({"type":"response.output_item.done","output_index":)" + index +
                       ",\"item\":" + to_json_text(item) + "}");
    }
    return bytes;
}

/// What a request sends back for this output, without the ids and states that do not matter.
std::string sent_back(const AssistantMessage& message, std::string model = "gpt-5") {
    MessageRequest request;
    request.messages.add_user("q");
    request.messages.add(message);
    for (const ToolCall& call : message.tool_calls) request.messages.add_tool_result(call.id, "r");
    request.messages.add_user("go on");
    const json::object body = json_of(bare_options(std::move(model)), request);
    json::array items;
    for (const json::value& item : body.at("input").as_array()) {
        json::object kept = item.as_object();
        const bool ours = kept.at("type") == "function_call_output" ||
                          (kept.contains("role") && kept.at("role") == "user");
        if (ours) continue;
        if (kept.at("type") == "message") {
            kept.stable_erase("id");
            kept.stable_erase("status");
            kept.at("content").at(0).as_object().stable_erase("annotations");
        }
        items.push_back(std::move(kept));
    }
    return to_json_text(items);
}

/// The same of what the server sent.
std::string expected_back(const json::array& output) {
    json::array items;
    for (const json::value& item : output) {
        json::object kept = item.as_object();
        if (kept.at("type") == "web_search_call") {
            items.push_back(kept);
            continue;
        }
        const bool with_id = kept.at("type") == "reasoning";
        json::object sorted;
        for (const char* name : {"type", "id", "role", "call_id", "name", "arguments", "summary",
                                 "content", "encrypted_content", "phase"})
            if (kept.contains(name) && (with_id || std::string_view(name) != "id"))
                sorted[name] = kept.at(name);
        for (const auto& member : kept)
            if (!sorted.contains(member.key()) && member.key() != "id" && member.key() != "status")
                sorted[member.key()] = member.value();
        items.push_back(std::move(sorted));
    }
    return to_json_text(items);
}

}  // namespace

TEST_CASE("A reasoning item becomes entries that the merger and OpenRouter know") {
    const json::array output = parse_json(list({thought_1, message("Hi")})).as_array();
    const auto reading = read(streamed(output) + event(completed(to_json_text(output))));
    const AssistantMessage answer = reading->message();
    REQUIRE(answer.reasoning.details);
    CHECK(to_json_text(*answer.reasoning.details) ==
          R"([{"type":"reasoning.summary","summary":"First part.","id":"rs_1","format":)"
          R"("openai-responses-v1","index":0},{"type":"reasoning.summary","summary":)"
          R"("Second part.","id":"rs_1","format":"openai-responses-v1","index":1},{"type":)"
          R"("reasoning.encrypted","data":"gAAA==","id":"rs_1","format":"openai-responses-v1",)"
          R"("index":2}])");
    CHECK(answer.reasoning.text == "First part.\n\nSecond part.");
}

TEST_CASE("Items go back as they came and where they stood, streamed or not") {
    const std::string opaque =
        R"({"id":"rs_3","type":"reasoning","summary":[],"encrypted_content":"gCCC","new_field":)"
        R"({"deep":[1,2.50]}})";
    const std::string open =
        R"({"id":"rs_tmp_4","type":"reasoning","summary":[],"content":[{"type":"reasoning_text",)"
        R"("text":"thinking aloud"}],"format":"unknown"})";
    const std::vector<std::vector<std::string>> outputs = {
        {thought_1, call_1},
        {thought_1, call_1, thought_2, call_2},
        {thought_1, message("Let me see. ", "commentary"), thought_2, call_1, call_2},
        {thought_1, message("One. ", "commentary"), thought_2, message("Two.", "final_answer")},
        {message("\\u00fcber "), thought_2, message("Two.")},
        {call_1, thought_2, call_2},
        {opaque, call_1},
        {open, message("Done.")},
        {thought_1, thought_2, message("Done.")},
    };
    for (const auto& items : outputs) {
        const json::array output = parse_json(list(items)).as_array();
        const std::string end = event(completed(to_json_text(output)));
        INFO(list(items));
        for (const std::string& bytes : {streamed(output) + end, end, streamed(output) +
                                         event(completed())}) {
            const AssistantMessage answer = read(bytes)->message("gpt-5");
            CHECK(sent_back(answer) == expected_back(output));
        }
    }
}

TEST_CASE("A thought whose summary was said before goes back whole, a repeated one once") {
    const auto thought = [](const char* id, const char* secret) {
        return R"({"id":")" + std::string(id) +
               R"(","type":"reasoning","summary":[{"type":"summary_text","text":"Planning"}],)"
               R"("encrypted_content":")" + secret + "\"}";
    };
    MessageRequest request = asking("q");
    for (const auto& [id, secret] : {std::pair("rs_1", "gA"), std::pair("rs_2", "gB"),
                                     std::pair("rs_1", "gA")}) {
        request.messages.add(
            read_events({completed("[" + thought(id, secret) + "," + message("x") + "]")})
                ->message("gpt-5"));
        request.messages.add_user("go on");
    }
    std::vector<std::string> sent;
    const json::object body = json_of(bare_options("gpt-5"), request);
    for (const json::value& item : body.at("input").as_array())
        if (item.at("type") == "reasoning") sent.push_back(to_json_text(item));
    const auto expected = [](const char* id, const char* secret) {
        return R"({"type":"reasoning","id":")" + std::string(id) +
               R"(","summary":[{"type":"summary_text","text":"Planning"}],)"
               R"("encrypted_content":")" + secret + "\"}";
    };
    CHECK(sent == std::vector<std::string>{expected("rs_1", "gA"), expected("rs_2", "gB")});
}

TEST_CASE("What only this API understands is stored, and in no chat message") {
    const AssistantMessage answer =
        read_events({completed("[" + message("Hi", "final_answer") +
                               R"(,{"id":"ws_1","type":"web_search_call"}])")})
            ->message("gpt-5");
    CHECK(to_json_text(to_json(answer)) == R"({"role":"assistant","content":"Hi"})");
    Conversation conversation;
    conversation.add(answer);
    const auto copy = Conversation::from_json(conversation.to_json_text());
    CHECK(to_json_text(std::get<AssistantMessage>(copy.messages()[0]).extra) ==
          to_json_text(answer.extra));
    CHECK(answer.extra.contains("output_items"));
}

TEST_CASE("A cut or unsupported thought stays in the history and is not sent") {
    const json::array output = parse_json(list({thought_1})).as_array();
    std::string bytes = streamed(output);
    bytes.erase(bytes.rfind("data:"));  // the item is never done
    const AssistantMessage cut = read(bytes + event(message("x")))->message("gpt-5");
    REQUIRE(cut.reasoning.details);
    CHECK(cut.reasoning.text == "First part.\n\nSecond part.");
    CHECK(sent_back(cut) == "[]");
}

TEST_CASE("A thought that nothing followed stays in the history and is not sent") {
    const std::string other = R"({"id":"ws_1","type":"web_search_call","status":"completed",)"
                              R"("action":{"type":"search","query":"x"}})";
    struct Row {
        std::vector<std::string> output;
        std::vector<std::string> sent;
        const char* model = "gpt-5";
    };
    const Row rows[] = {
        {{thought_1}, {}},
        {{thought_1, thought_2}, {}},
        {{message("Half"), thought_1}, {message("Half")}},
        {{thought_1, call_1, thought_2}, {thought_1, call_1}},
        {{thought_1, message("One. "), thought_2, call_1}, {thought_1, message("One. "), thought_2,
                                                             call_1}},
        {{thought_1, other}, {thought_1, other}},
        // Another model does not get the item that followed.
        {{thought_1, other}, {}, "gpt-5-2025-08-07"},
    };
    for (const Row& row : rows) {
        INFO(list(row.output) << ' ' << row.model);
        const auto reading = read_events(
            {R"({"type":"response.incomplete","response":{"status":"incomplete",)"
             R"("incomplete_details":{"reason":"max_output_tokens"},"output":)" + list(row.output) +
             "}}"});
        const AssistantMessage answer = reading->message("gpt-5");
        REQUIRE(answer.reasoning.details);
        CHECK(sent_back(answer, row.model) == expected_back(parse_json(list(row.sent)).as_array()));
        MessageRequest request = asking();
        request.messages.add(answer);
        request.messages.add_user("go on");
        CHECK(responses::write_request(bare_options(row.model), request, ReasoningReplay::fitting)
                  .has_replayed_reasoning == (list(row.sent).find("rs_") != std::string::npos));
    }
}

TEST_CASE("Another model's thoughts are held back, the same model's are sent") {
    const json::array output = parse_json(list({thought_1, call_1})).as_array();
    const AssistantMessage answer =
        read(streamed(output) + event(completed()))->message("gpt-5");
    struct Row {
        const char* model;
        bool sent;
    };
    const Row rows[] = {{"gpt-5", true},           {"gpt-5-2025-08-07", true},
                        {"gpt-4.1", false},        {"anthropic/claude-sonnet-4.5", false},
                        {"google/gemini-3", false}};
    for (const Row& row : rows) {
        INFO(row.model);
        CHECK((sent_back(answer, row.model).find("gAAA==") != std::string::npos) == row.sent);
        CHECK(sent_back(answer, row.model).find("call_1") != std::string::npos);
    }
    MessageRequest request = asking();
    request.messages.add(answer);
    const auto options = bare_options("gpt-5");
    CHECK(responses::write_request(options, request, ReasoningReplay::fitting)
              .has_replayed_reasoning);
    const auto stripped = responses::write_request(options, request, ReasoningReplay::none);
    CHECK_FALSE(stripped.has_replayed_reasoning);
    CHECK(stripped.body.find("\"reasoning\"") == std::string::npos);
}

TEST_CASE("Entries that OpenRouter's chat made become items") {
    const auto items = responses::reasoning_items(
        parse_json(R"([{"type":"reasoning.summary","summary":"S","index":0},)"
                   R"({"type":"reasoning.encrypted","data":"E","id":"rs_1","index":1},)"
                   R"({"type":"reasoning.encrypted","data":"F","id":"rs_2","index":2},)"
                   R"({"type":"reasoning.text","text":"T","signature":"sig","index":3,"format":)"
                   R"("anthropic-claude-v1"},{"type":"reasoning.text","text":"U","index":4},3,)"
                   R"({"type":"reasoning.server_tool_call","tool_name":"x"}])")
            .as_array());
    REQUIRE(items.size() == 4);
    CHECK(items[0].id == "rs_1");
    CHECK(items[0].summary == std::vector<std::string>{"S"});
    CHECK(items[0].encrypted_content == "E");
    CHECK(items[1].encrypted_content == "F");
    CHECK(items[2].content == std::vector<std::string>{"T"});
    CHECK(items[2].signature == "sig");
    CHECK(items[3].content == std::vector<std::string>{"U"});
}

TEST_CASE("A place that no longer fits the message loses nothing of it") {
    AssistantMessage answer;
    answer.content = std::string("\xC3\xA4\xC3\xB6");
    answer.origin.requested_model = "gpt-5";
    ToolCall call;
    call.id = "call_1";
    call.name = "a";
    answer.tool_calls.push_back(call);
    for (const char* position : {R"({"text":1,"calls":0})", R"({"text":999,"calls":99,"items":9})",
                                 R"({"text":-4,"calls":"x"})", "3", "{}"}) {
        answer.reasoning.details =
            parse_json(std::string(R"([{"type":"reasoning.encrypted","data":"E","id":"rs_1",)"
                                   R"("format":"openai-responses-v1","position":)") +
                       position + "}]")
                .as_array();
        INFO(position);
        const std::string sent = sent_back(answer);
        CHECK(sent.find("\xC3\xA4\xC3\xB6") != std::string::npos);
        // Behind everything else it could only be refused.
        const bool followed = std::string_view(position).find("999") == std::string_view::npos;
        CHECK((sent.find("\"encrypted_content\":\"E\"") != std::string::npos) == followed);
        CHECK(sent.find("call_1") != std::string::npos);
    }
}
