#include "chat/reasoning_filter.hpp"
#include "request_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace request_fixture;

namespace {

std::string turn(std::string_view details, std::string_view rest = {}) {
    return R"({"role":"assistant","content":"x","reasoning_details":)" + std::string(details) +
           std::string(rest) + "}";
}

std::string by(std::string_view model) { return R"(,"model":")" + std::string(model) + '"'; }

constexpr std::string_view one_call =
    R"(,"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{}"}},)"
    R"({"id":"t2","type":"function","function":{"name":"f","arguments":"{}"}}])";

// The reasoning members of the assistant messages as they are sent, one line each.
std::string sent(const std::string& messages, std::vector<std::string> models,
                 ReasoningReplay replay = ReasoningReplay::fitting) {
    MessageRequest request;
    request.messages = history("[" + messages + "]");
    request.messages.add_user("go on");
    OpenRouterOptions options = bare_options(models.front());
    options.fallback_models = models;
    const auto built = build_chat_request(options, request, nullptr, replay);
    const std::string body = whole_body(built.body, built.body_parts);
    log_request("/chat/completions", body);
    std::string result;
    const json::value parsed = parse_json(body);
    for (const json::value& message : parsed.at("messages").as_array()) {
        const json::object& object = message.as_object();
        if (object.at("role") != "assistant") continue;
        if (!result.empty()) result += '\n';
        if (object.contains("reasoning")) result += member(object, "reasoning") + " ";
        result += member(object, "reasoning_details");
    }
    return result;
}

std::string sent(const std::string& messages, const char* model,
                 ReasoningReplay replay = ReasoningReplay::fitting) {
    return sent(messages, std::vector<std::string>{model}, replay);
}

const std::string claude = "anthropic/claude-sonnet-4.5";
const std::string signed_text =
    R"({"type":"reasoning.text","text":"a","signature":"S","format":"anthropic-claude-v1","index":0})";
const std::string unsigned_claude =
    R"({"type":"reasoning.text","text":"b","format":"anthropic-claude-v1","index":1})";
const std::string redacted =
    R"({"type":"reasoning.encrypted","data":"R","format":"anthropic-claude-v1","index":2})";
const std::string summary =
    R"({"type":"reasoning.summary","summary":"s","format":"openai-responses-v1","index":0})";
const std::string item =
    R"({"type":"reasoning.encrypted","data":"D","id":"rs_1","format":"openai-responses-v1","index":0})";
const std::string thought =
    R"({"type":"reasoning.encrypted","data":"G","id":"t1","format":"google-gemini-v1","index":0})";
const std::string gemini_text =
    R"({"type":"reasoning.text","text":"g","format":"google-gemini-v1","index":0})";
const std::string plain = R"({"type":"reasoning.text","text":"p","format":"unknown","index":0})";
const std::string skip =
    R"([{"type":"reasoning.encrypted","id":"t1","data":"skip_thought_signature_validator","format":"google-gemini-v1","index":0}])";

}  // namespace

TEST_CASE("pitfall 11: the same model gets its details back unchanged") {
    for (const std::string& details :
         {"[" + signed_text + "," + redacted + "]", "[" + signed_text + "]", std::string("[]")})
        CHECK(sent(turn(details, by(claude)), claude.c_str()) == details);
    const std::string openai = "[" + summary + "," + item + "]";
    CHECK(sent(turn(openai, by("openai/gpt-5-2025-08-07")), "openai/gpt-5") == openai);
    CHECK(sent(turn("[" + plain + "]", by("qwen/qwen3-30b-a3b")), "qwen/qwen3-30b-a3b") ==
          "[" + plain + "]");
}

TEST_CASE("details whose maker nothing tells but they themselves") {
    CHECK(sent(turn("[" + signed_text + "]"), claude.c_str()) == "[" + signed_text + "]");
    CHECK(sent(turn("[" + signed_text + "]"), "openai/gpt-5") == "-");
    CHECK(sent(turn("[" + item + "]"), "openai/o4-mini") == "[" + item + "]");
    CHECK(sent(turn("[" + item + "]"), claude.c_str()) == "-");
    const std::string bare = R"([{"type":"reasoning.text","text":"a","signature":"S"}])";
    CHECK(sent(turn(bare), claude.c_str()) == bare);
    const std::string null_format =
        R"([{"data":"D","format":null,"id":"rs_1","index":0,"type":"reasoning.encrypted"}])";
    CHECK(sent(turn(null_format), "openai/o4-mini") == null_format);
    CHECK(sent(turn(null_format), claude.c_str()) == "-");
}

TEST_CASE("pitfall 14: encrypted and signed entries of another model are left out") {
    CHECK(sent(turn("[" + signed_text + "]", by(claude)), "openai/gpt-5") == "-");
    CHECK(sent(turn("[" + summary + "," + item + "]", by("openai/gpt-5")), claude.c_str()) == "-");
    CHECK(sent(turn("[" + summary + "," + item + "]", by("openai/gpt-5")), "x-ai/grok-4") ==
          "[" + summary + "]");
    CHECK(sent(turn("[" + plain + "]", by("qwen/qwen3-max")), "deepseek/deepseek-v3.2") ==
          "[" + plain + "]");
    CHECK(sent(turn("[" + thought + "]", by("google/gemini-3-pro")), "openai/gpt-5") == "-");
    const std::string other_slug =
        R"(,"model":"openai/gpt-5-2025-08-07","requested_model":"openai/gpt-5")";
    CHECK(sent(turn("[" + item + "]", other_slug), "openai/gpt-5-mini") == "-");
    CHECK(sent(turn("[" + item + "]", other_slug), "openai/gpt-5:nitro") == "[" + item + "]");
    CHECK(sent(turn("[" + item + "]", other_slug), "~openai/gpt-latest") == "[" + item + "]");
}

TEST_CASE("pitfall 14: a fallback's reasoning does not go to the model that was asked for") {
    const std::string fallback =
        R"(,"model":"openai/gpt-5-2025-08-07","requested_model":")" + claude + '"';
    CHECK(sent(turn("[" + item + "]", fallback), claude.c_str()) == "-");
}

TEST_CASE("routers go on with what they were given under the same name") {
    const std::string routed =
        R"(,"model":"anthropic/claude-4.5-sonnet-20250929","requested_model":"openrouter/auto")";
    CHECK(sent(turn("[" + signed_text + "]", routed), "openrouter/auto") ==
          "[" + signed_text + "]");
    CHECK(sent(turn("[" + signed_text + "]", by(claude)), "openrouter/auto") == "-");
    CHECK(sent(turn("[" + unsigned_claude + "]", routed), "openrouter/auto") == "-");
}

TEST_CASE("pitfall 13: a Claude turn that was cut before its signature loses all its details") {
    CHECK(sent(turn("[" + signed_text + "," + unsigned_claude + "]", by(claude)), claude.c_str()) ==
          "-");
    const std::string no_format = R"([{"type":"reasoning.text","text":"a"}])";
    CHECK(sent(turn(no_format, by(claude)), claude.c_str()) == "-");
    CHECK(sent(turn("[" + plain + "]", by(claude)), claude.c_str()) == "-");
}

TEST_CASE("pitfall 13: reasoning text without details is never sent to Claude") {
    const std::string text = R"({"role":"assistant","content":"x","reasoning":"t")";
    CHECK(sent(text + "}", claude.c_str()) == "-");
    CHECK(sent(text + by(claude) + "}", claude.c_str()) == "-");
    CHECK(sent(text + R"(,"reasoning_details":[]})", claude.c_str()) == "[]");
    CHECK(sent(text + "}", "google/gemini-3-pro") == "-");
    CHECK(sent(text + "}", "openrouter/auto") == "-");
    CHECK(sent(text + "}", "deepseek/deepseek-v3.2") == R"("t" -)");
    CHECK(sent(text + "}", {"deepseek/deepseek-v3.2", claude}) == "-");
    CHECK(sent(text + by("qwen/qwen3-max") + "}", "z-ai/glm-5") == R"("t" -)");
    CHECK(sent(text + by("qwen/qwen3-max") + "}", "openai/gpt-5") == "-");
}

TEST_CASE("a turn whose details are left out keeps its text where plain text is taken") {
    const std::string text = R"(,"reasoning":"t")";
    CHECK(sent(turn("[" + signed_text + "]", by(claude) + text), "z-ai/glm-5") == R"("t" -)");
    CHECK(sent(turn("[" + signed_text + "]", by(claude) + text), "openai/gpt-5") == "-");
}

TEST_CASE("user problem 4: Gemini gets its encrypted entries and no text") {
    const std::string gemini = by("google/gemini-3-pro");
    CHECK(sent(turn("[" + gemini_text + "," + thought + "]", gemini), "google/gemini-3-pro") ==
          "[" + thought + "]");
    CHECK(sent(turn("[" + plain + "," + thought + "]", gemini), "google/gemini-3-pro") ==
          "[" + thought + "]");
}

TEST_CASE("pitfall 15: Gemini's entry stays although its id is a tool call's") {
    CHECK(sent(turn("[" + thought + "]", std::string(one_call) + by("google/gemini-3-pro")),
               "google/gemini-3-pro") == "[" + thought + "]");
}

TEST_CASE("pitfall 17: empty arrays and unknown entries stay") {
    CHECK(sent(turn("[]", by("deepseek/deepseek-v4")), "deepseek/deepseek-v4") == "[]");
    const std::string unknown =
        R"([{"type":"reasoning.server_tool_call","tool_name":"w","arguments":"{}","result":"r"},{"type":"reasoning.new","q":1}])";
    CHECK(sent(turn(unknown, by("openai/gpt-5")), "openai/gpt-5") == unknown);
}

TEST_CASE("user problem 1: corrupt entries are left out") {
    const std::string corrupt = R"({"type":"reasoning.encrypted","id":"rs_9","index":1})";
    CHECK(sent(turn("[" + summary + "," + corrupt + "," + item + "]", by("openai/gpt-5")),
               "openai/gpt-5") == "[" + summary + "," + item + "]");
    CHECK(sent(turn("[" + corrupt + "]", by("openai/gpt-5")), "openai/gpt-5") == "-");
}

TEST_CASE("pitfall 12: repetitions are left out across the whole request") {
    const std::string openai = by("openai/gpt-5");
    const std::string first = turn("[" + summary + "," + item + "," + item + "]", openai);
    CHECK(sent(first + "," + first, "openai/gpt-5") == "[" + summary + "," + item + "]\n-");
    const std::string other =
        R"({"type":"reasoning.encrypted","data":"E","id":"rs_1","format":"openai-responses-v1","index":0})";
    CHECK(sent(turn("[" + item + "]", openai) + "," + turn("[" + other + "]", openai),
               "openai/gpt-5") == "[" + item + "]\n-");
    CHECK(sent(turn("[" + signed_text + "]", by(claude)) + "," +
                   turn("[" + signed_text + "]", by(claude)),
               claude.c_str()) == "[" + signed_text + "]\n-");
}

TEST_CASE("what looks repeated but is not stays: reused tool ids, a new signature") {
    const std::string later =
        R"({"type":"reasoning.encrypted","data":"H","id":"t1","format":"google-gemini-v1","index":0})";
    const std::string gemini = by("google/gemini-3-pro");
    CHECK(sent(turn("[" + thought + "]", gemini) + "," + turn("[" + later + "]", gemini),
               "google/gemini-3-pro") == "[" + thought + "]\n[" + later + "]");
    const std::string resigned =
        R"({"type":"reasoning.text","text":"a","signature":"T","format":"anthropic-claude-v1","index":0})";
    CHECK(sent(turn("[" + signed_text + "]", by(claude)) + "," +
                   turn("[" + resigned + "]", by(claude)),
               claude.c_str()) == "[" + signed_text + "]\n[" + resigned + "]");
}

TEST_CASE("user problem 2: Gemini gets one placeholder signature for calls made elsewhere") {
    const std::string calls(one_call);
    CHECK(sent(turn("[" + signed_text + "]", calls + by(claude)), "google/gemini-3-pro") == skip);
    CHECK(sent(turn("null", calls + by("openai/gpt-5")), "google/gemini-2.5-pro") == skip);
    CHECK(sent(turn("null", calls), "google/gemini-3-pro") == skip);
    CHECK(sent(turn("null", calls), "google/gemini-2.5-pro") == "-");
    CHECK(sent(turn("null", calls + by("google/gemini-3-pro")), "google/gemini-3-pro") == "-");
    CHECK(sent(turn("[" + signed_text + "]", by(claude)), "google/gemini-3-pro") == "-");
}

TEST_CASE("user problem 3: after a refused signature nothing is replayed") {
    const std::string all = "[" + signed_text + "," + summary + "]";
    CHECK(sent(turn(all, by(claude) + R"(,"reasoning":"t")"), claude.c_str(),
               ReasoningReplay::none) == "-");
    CHECK(sent(turn("[]", by("deepseek/deepseek-v4")), "deepseek/deepseek-v4",
               ReasoningReplay::none) == "-");
    CHECK(sent(turn("[" + thought + "]", std::string(one_call) + by("google/gemini-3-pro")),
               "google/gemini-3-pro", ReasoningReplay::none) == skip);
}

TEST_CASE("the history itself stays as it is, and the builder says whether a retry can help") {
    MessageRequest request;
    request.messages = history("[" + turn("[" + signed_text + "]", by(claude)) + "]");
    request.messages.add_user("go on");
    const std::string before = request.messages.to_json_text();
    CHECK_FALSE(
        build_chat_request(bare_options("openai/gpt-5"), request, nullptr).has_replayed_reasoning);
    CHECK(build_chat_request(bare_options(claude), request, nullptr).has_replayed_reasoning);
    CHECK(request.messages.to_json_text() == before);
}
