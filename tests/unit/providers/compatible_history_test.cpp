#include "compatible_fixture.hpp"

#include <capstan/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <set>

using namespace capstan;
using namespace compatible_fixture;
using Catch::Matchers::ContainsSubstring;

namespace {

using F = OpenAiFlavour;

AssistantMessage thought(std::string text, std::string reasoning, std::string model) {
    AssistantMessage message{Content(std::move(text))};
    message.reasoning.text = std::move(reasoning);
    message.origin.requested_model = std::move(model);
    return message;
}

/// A question, a call of a tool with a thought, its result, an answer with a thought, and a new
/// question; all by `model`.
MessageRequest tool_turn(const std::string& model = "some-model") {
    MessageRequest request = asking("weather?");
    AssistantMessage caller = thought("", "I should look.", model);
    caller.tool_calls = {call("call_1", "look")};
    request.messages.add(caller);
    request.messages.add_tool_result("call_1", "rain");
    request.messages.add(thought("It rains.", "Rain it is.", model));
    request.messages.add_user("thanks");
    return request;
}

Content picture_and(std::string text) {
    std::vector<ContentPart> parts;
    parts.emplace_back(TextPart(std::move(text)));
    parts.emplace_back(ImagePart("data:image/png;base64,AAAA"));
    return parts;
}

}  // namespace

TEST_CASE("thoughts go back as each server wants them") {
    const MessageRequest request = tool_turn();
    const auto [flavour, field] = GENERATE(table<F, const char*>({
        {F::openai, ""}, {F::mistral, ""}, {F::generic, ""}, {F::lm_studio, ""},
        {F::deepseek, "reasoning_content"}, {F::llama_cpp, "reasoning_content"},
        {F::groq, "reasoning"}, {F::ollama, "reasoning"}, {F::vllm, "reasoning"},
    }));
    const auto body = body_of(request, flavour);
    INFO(to_string(flavour));
    const std::string caller = message(body, 1);
    const std::string answer = message(body, 3);
    if (*field == 0) {
        CHECK_THAT(caller, !ContainsSubstring("reasoning"));
        CHECK_THAT(answer, !ContainsSubstring("reasoning"));
    } else {
        CHECK_THAT(caller, ContainsSubstring('"' + std::string(field) + R"(":"I should look.")"));
        CHECK_THAT(answer, ContainsSubstring('"' + std::string(field) + R"(":"Rain it is.")"));
    }
}

TEST_CASE("DeepSeek gets thoughts of turns with tools only, and the field even when it is empty") {
    MessageRequest request = asking("one");
    request.messages.add(thought("1", "plain thought", "some-model"));
    request.messages.add_user("two");
    AssistantMessage caller = thought("", "", "some-model");
    caller.tool_calls = {call("c", "f")};
    request.messages.add(caller);
    request.messages.add_tool_result("c", "r");
    const auto body = body_of(request, F::deepseek);
    CHECK_THAT(message(body, 1), !ContainsSubstring("reasoning"));
    CHECK_THAT(message(body, 3), ContainsSubstring(R"("reasoning_content":"")"));
    CHECK_THAT(message(body_of(request, F::llama_cpp), 1),
               ContainsSubstring(R"("reasoning_content":"plain thought")"));
}

TEST_CASE("thoughts of another model are held back, and stay in the conversation") {
    const MessageRequest request = tool_turn("anthropic/claude-sonnet-4.5");
    const std::string before = request.messages.to_json_text();
    for (const F flavour : all_flavours) {
        const auto body = body_of(request, flavour);
        INFO(to_string(flavour));
        CHECK_THAT(member(body, "messages"), !ContainsSubstring("I should look"));
        CHECK_THAT(member(body, "messages"), !ContainsSubstring("Rain it is"));
    }
    CHECK(request.messages.to_json_text() == before);
    CHECK_THAT(message(body_of(request, F::deepseek), 1),
               ContainsSubstring(R"("reasoning_content":"")"));
}

TEST_CASE("the retry without reasoning sends none") {
    const auto wire = compatible::write_request(bare_options(), openai_quirks(F::llama_cpp),
                                                tool_turn(), nullptr, ReasoningReplay::none);
    CHECK_THAT(wire.body, !ContainsSubstring("reasoning"));
}

TEST_CASE("what only OpenRouter understands is left out of messages") {
    MessageRequest request = asking("q");
    AssistantMessage answer = thought("a", "t", "some-model");
    json::object entry;
    entry["type"] = "reasoning.encrypted";
    entry["data"] = "SECRET";
    answer.reasoning.details.emplace().push_back(entry);
    answer.extra["annotations"] = json::array{1};
    answer.extra["refusal"] = "no";
    answer.extra["timings"] = 1;
    request.messages.add(answer);
    UserMessage marked(std::vector<ContentPart>{TextPart("next")});
    std::get<TextPart>(std::get<std::vector<ContentPart>>(marked.content)[0]).cache_control =
        CacheControl("1h");
    request.messages.add(marked);
    for (const F flavour : all_flavours) {
        const std::string messages = member(body_of(request, flavour), "messages");
        INFO(to_string(flavour));
        for (const auto* word : {"reasoning_details", "SECRET", "annotations", "timings",
                                 "cache_control", "requested_model"})
            CHECK_THAT(messages, !ContainsSubstring(word));
        if (flavour != F::mistral) CHECK_THAT(messages, ContainsSubstring(R"("refusal":"no")"));
    }
}

TEST_CASE("messages that only call tools have the content that the server takes") {
    CHECK_THAT(message(body_of(tool_turn(), F::openai), 1), ContainsSubstring(R"("content":null)"));
    CHECK_THAT(message(body_of(tool_turn(), F::lm_studio), 1),
               ContainsSubstring(R"("content":"")"));
}

TEST_CASE("developer messages become system messages where that role is unknown") {
    MessageRequest request = asking("q");
    SystemMessage rules(Content(std::string("be kind")));
    rules.role = "developer";
    request.messages.insert(0, rules);
    CHECK_THAT(message(body_of(request, F::openai), 0), ContainsSubstring("developer"));
    CHECK(message(body_of(request, F::ollama), 0) == R"({"role":"system","content":"be kind"})");
}

TEST_CASE("parts of text become one text where only a text is taken") {
    MessageRequest request;
    request.messages.add(
        UserMessage(std::vector<ContentPart>{TextPart("one"), TextPart("two")}));
    CHECK(message(body_of(request, F::deepseek), 0) == R"({"role":"user","content":"one\ntwo"})");
    CHECK_THAT(message(body_of(request, F::openai), 0), ContainsSubstring(R"([{"type":"text")"));
}

TEST_CASE("a new picture is refused where none is taken, an old one becomes words") {
    MessageRequest request;
    request.messages.add(UserMessage(picture_and("look")));
    CHECK_THROWS_WITH(body_of(request, F::deepseek), ContainsSubstring("takes no images"));
    CHECK_THAT(message(body_of(request, F::openai), 0), ContainsSubstring("image_url"));
    request.messages.add_assistant("a cat");
    request.messages.add_user("sure?");
    const auto body = body_of(request, F::deepseek);
    CHECK_THAT(message(body, 0), !ContainsSubstring("image_url"));
    CHECK_THAT(message(body, 0), ContainsSubstring("A picture was here"));
}

TEST_CASE("pictures in results of tools follow the last result in a message of the user") {
    MessageRequest request = asking("q");
    AssistantMessage caller{Content(std::string())};
    caller.tool_calls = {call("a", "f"), call("b", "f")};
    request.messages.add(caller);
    request.messages.add(ToolMessage("a", picture_and("first")));
    request.messages.add(ToolMessage("b", std::string("second")));
    const bool more = GENERATE(false, true);
    if (more) request.messages.add_assistant("seen");
    const auto body = body_of(request, F::openai);
    const auto& messages = body.at("messages").as_array();
    REQUIRE(messages.size() == (more ? 6 : 5));
    CHECK_THAT(message(body, 2), !ContainsSubstring("image_url"));
    CHECK_THAT(message(body, 2), ContainsSubstring("first"));
    CHECK_THAT(message(body, 3), ContainsSubstring(R"("tool_call_id":"b")"));
    CHECK_THAT(message(body, 4), ContainsSubstring(R"({"role":"user","content":[)"));
    CHECK_THAT(message(body, 4), ContainsSubstring("image_url"));
}

TEST_CASE("tool call ids are mapped to what is accepted, the same in every request") {
    const std::string alien = "functions.look:0|" + std::string(60, 'x');
    MessageRequest request = asking("q");
    AssistantMessage caller{Content(std::string())};
    caller.tool_calls = {call(alien, "f"), call(alien + "2", "f")};
    request.messages.add(caller);
    request.messages.add_tool_result(alien, "1");
    request.messages.add_tool_result(alien + "2", "2");
    const auto [flavour, model, longest] = GENERATE(table<F, const char*, std::size_t>({
        {F::openai, "gpt-5", 40},
        {F::mistral, "mistral-large", 9},
        {F::vllm, "mistralai/Devstral-Small", 9},
        {F::vllm, "qwen3", 200},
    }));
    const auto body = body_of(request, flavour, bare_options(model));
    const auto& messages = body.at("messages").as_array();
    std::set<std::string> ids;
    for (const auto& one : messages.at(1).as_object().at("tool_calls").as_array())
        ids.emplace(one.as_object().at("id").as_string());
    CHECK(ids.size() == 2);
    for (const std::string& id : ids) CHECK(id.size() <= longest);
    for (const std::size_t at : {2u, 3u})
        CHECK(ids.contains(
            std::string(messages.at(at).as_object().at("tool_call_id").as_string())));
    CHECK(body == body_of(request, flavour, bare_options(model)));
}

TEST_CASE("fields of a call go back to the model that made them only") {
    const auto with_signature = [](const std::string& model) {
        MessageRequest request = asking("q");
        AssistantMessage caller = thought("", "", model);
        caller.tool_calls = {call("a", "f")};
        caller.tool_calls[0].extra["extra_content"] = "signature";
        request.messages.add(caller);
        request.messages.add_tool_result("a", "1");
        return message(body_of(request, F::generic), 1);
    };
    CHECK_THAT(with_signature("some-model"), ContainsSubstring("signature"));
    CHECK_THAT(with_signature("other"), !ContainsSubstring("signature"));
}

TEST_CASE("calls without a result get one that says so") {
    MessageRequest request = asking("q");
    AssistantMessage caller{Content(std::string())};
    caller.tool_calls = {call("a", "f")};
    request.messages.add(caller);
    request.messages.add_user("go on");
    for (const F flavour : all_flavours)
        CHECK_THAT(message(body_of(request, flavour), 2), ContainsSubstring("interrupted"));
}

TEST_CASE("a user who speaks behind results of tools is heard where the model has to speak first") {
    MessageRequest request = asking("q");
    AssistantMessage caller{Content(std::string())};
    caller.tool_calls = {call("a", "f"), call("b", "f")};
    request.messages.add(caller);
    const bool results = GENERATE(false, true);  // without: they say that the call was interrupted
    if (results) request.messages.add_tool_result("a", "1");
    if (results) request.messages.add_tool_result("b", "2");
    request.messages.add_user("stop, do this");
    request.messages.add_user("and that");
    const auto [flavour, model, between] = GENERATE(table<F, const char*, bool>({
        {F::mistral, "mistral-large-latest", true},
        {F::mistral, "some-model", true},
        {F::vllm, "mistralai/Devstral-Small", true},
        {F::vllm, "qwen3", false},
        {F::openai, "gpt-5", false},
    }));
    INFO(model);
    const auto roles = [](const json::object& body) {
        std::string all;
        for (const auto& one : body.at("messages").as_array())
            all += one.as_object().at("role").as_string().front();
        return all;
    };
    const auto body = body_of(request, flavour, bare_options(model));
    CHECK(roles(body) == (between ? "uattauu" : "uattuu"));
    if (between) CHECK(message(body, 4) == R"({"role":"assistant","content":"OK."})");
    request.messages.add_assistant("done");
    CHECK(roles(body_of(request, flavour, bare_options(model))) ==
          (between ? "uattauua" : "uattuua"));
}

TEST_CASE("pictures of tools wait for a word of the model where it has to speak first") {
    MessageRequest request = asking("q");
    AssistantMessage caller{Content(std::string())};
    caller.tool_calls = {call("a", "f")};
    request.messages.add(caller);
    request.messages.add(ToolMessage("a", picture_and("seen")));
    const bool more = GENERATE(false, true);
    if (more) request.messages.add_user("what is it?");
    const auto body = body_of(request, F::mistral);
    const auto& messages = body.at("messages").as_array();
    REQUIRE(messages.size() == (more ? 6 : 5));
    CHECK(message(body, 3) == R"({"role":"assistant","content":"OK."})");
    CHECK_THAT(message(body, 4), ContainsSubstring("image_url"));
    if (more) CHECK_THAT(message(body, 5), ContainsSubstring("what is it?"));
}

TEST_CASE("a quirk of one's own lets the model speak before the user") {
    OpenAiQuirks quirks = openai_quirks(F::generic);
    quirks.user_after_tool = false;
    MessageRequest request = asking("q");
    AssistantMessage caller{Content(std::string())};
    caller.tool_calls = {call("a", "f")};
    request.messages.add(caller);
    request.messages.add_tool_result("a", "1");
    CHECK(body_of(request, quirks).at("messages").as_array().size() == 3);
    request.messages.add_user("go on");
    CHECK(body_of(request, quirks).at("messages").as_array().size() == 5);
}

namespace {

/// An answer that was spoken by `model`, and a new question.
MessageRequest spoken_by(const std::string& model, std::string id = "audio_1") {
    MessageRequest request = asking("say it");
    AssistantMessage answer = thought("", "", model);
    json::object audio;
    if (!id.empty()) audio["id"] = id;
    audio["data"] = "UklGRg==";
    audio["transcript"] = "spoken words";
    audio["expires_at"] = 1729018505;
    answer.extra["audio"] = audio;
    request.messages.add(answer);
    request.messages.add_user("again");
    return request;
}

}  // namespace

TEST_CASE("spoken answers go back by their id, to the model that spoke") {
    const auto answer = [](const MessageRequest& request, F flavour = F::openai) {
        return message(body_of(request, flavour), 1);
    };
    CHECK(answer(spoken_by("some-model")) ==
          R"({"role":"assistant","content":"","audio":{"id":"audio_1"}})");
    const std::string in_words = R"({"role":"assistant","content":"spoken words"})";
    CHECK(answer(spoken_by("other")) == in_words);
    CHECK(answer(spoken_by("some-model", "")) == in_words);
    CHECK(answer(spoken_by("some-model"), F::mistral) == in_words);
    MessageRequest odd = asking("q");
    AssistantMessage broken = thought("text", "", "some-model");
    broken.extra["audio"] = "no object";
    odd.messages.add(broken);
    CHECK(answer(odd) == R"({"role":"assistant","content":"text"})");
}

TEST_CASE("members of messages that Mistral forbids are left out, and a refusal stays as text") {
    MessageRequest request;
    UserMessage user(Content(std::string("q")));
    user.extra["name"] = "Ann";
    request.messages.add(user);
    AssistantMessage answer = thought("", "", "gpt-5");
    answer.extra["refusal"] = "I will not.";
    answer.extra["name"] = "Bob";
    request.messages.add(answer);
    AssistantMessage caller{Content(std::string())};
    caller.tool_calls = {call("a", "f")};
    request.messages.add(caller);
    ToolMessage result("a", std::string("1"));
    result.extra["name"] = "f";
    request.messages.add(result);
    const auto mistral = body_of(request, F::mistral);
    CHECK(message(mistral, 0) == R"({"role":"user","content":"q"})");
    CHECK(message(mistral, 1) == R"({"role":"assistant","content":"I will not."})");
    CHECK_THAT(message(mistral, 3), ContainsSubstring(R"("name":"f")"));
    const auto openai = body_of(request, F::openai);
    CHECK(message(openai, 0) == R"({"role":"user","content":"q","name":"Ann"})");
    CHECK(message(openai, 1) ==
          R"({"role":"assistant","content":"","name":"Bob","refusal":"I will not."})");
}
