#include "raw_client.hpp"

#include <capstan/testing/simulator.hpp>

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace capstan::testing;
namespace fs = std::filesystem;
namespace json = boost::json;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr std::string_view chat_path = "/api/v1/chat/completions";

class ScenarioFile {
public:
    explicit ScenarioFile(std::string_view text) {
        auto pattern = (fs::temp_directory_path() / "scenario-XXXXXX").string();
        if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp");
        folder_ = pattern;
        std::ofstream(file()) << text;
    }
    ~ScenarioFile() { fs::remove_all(folder_); }
    fs::path file() const { return folder_ / "scenario.json"; }

private:
    fs::path folder_;
};

RawResponse ask(const Simulator& simulator, std::string_view body) {
    RawClient client(simulator.port());
    client.post(chat_path, body);
    return client.read_response();
}

std::string failure_of(std::string_view scenario) {
    const ScenarioFile file(scenario);
    Simulator simulator;
    try {
        simulator.load_scenario(file.file());
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "loaded";
}

}  // namespace

TEST_CASE("scenario: rules by model, content and stream; responses in order") {
    const ScenarioFile file(R"({"rules":[
        {"match":{"model":"m/one","contains":"weather"},
         "respond":[{"tool_calls":[{"id":"c1","name":"weather","arguments":{"city":"Oslo"}}]},
                    {"text":"It is cold.","usage":{"prompt_tokens":3,"cost":"0.5"}}]},
        {"match":{"path":"/chat/completions","stream":false},"times":1,
         "respond":{"error":{"status":429,"message":"slow down","metadata":{"x":1}},
                    "headers":{"Retry-After":"2"}}},
        {"match":{"method":"GET","path":"/models"},"respond":{"json":{"data":[]}}}]})");
    Simulator simulator;
    simulator.load_scenario(file.file());
    const auto weather = R"({"model":"m/one","messages":[{"role":"user","content":"weather"}]})";
    const auto call = json::parse(ask(simulator, weather).body);
    CHECK(call.at("choices").at(0).at("message").at("tool_calls").at(0).at("function").at(
              "arguments") == R"({"city":"Oslo"})");
    for (int i = 0; i < 2; ++i) {
        const auto text = json::parse(ask(simulator, weather).body);
        CHECK(text.at("choices").at(0).at("message").at("content") == "It is cold.");
        CHECK(text.at("usage").at("cost") == 0.5);
    }
    const auto other = R"({"model":"m/two","messages":[{"role":"user","content":"hi"}]})";
    const auto refused = ask(simulator, other);
    CHECK(refused.status == 429);
    CHECK(refused.headers.at("retry-after") == "2");
    CHECK(ask(simulator, other).status == 200);
    RawClient client(simulator.port());
    client.get("/api/v1/models");
    CHECK(client.read_response().body == R"({"data":[]})");
}

TEST_CASE("scenario: rules by what the conversation has come to, and answers that repeat of it") {
    const ScenarioFile file(R"({"rules":[
        {"match":{"tools":false},"respond":{"text":"no tools"}},
        {"match":{"last_role":"user"},"respond":{"text":"{{n}}: {{last}}, {{n}}"}},
        {"match":{"last_tool":"run","last_contains":"passed"},"respond":{"text":"good"}},
        {"match":{"last_tool":"run","tool_results":1},
         "respond":{"tool_calls":[{"id":"c{{n}}","name":"run","arguments":{}}]}},
        {"match":{"last_role":"tool"},"respond":{"text":"lost"}}]})");
    Simulator simulator;
    simulator.load_scenario(file.file());
    const auto answer = [&](const std::string& messages, const std::string& tools) {
        const auto body = R"({"tools":[)" + tools + R"(],"messages":[)" + messages + "]}";
        return json::parse(ask(simulator, body).body).at("choices").at(0).at("message");
    };
    const std::string user = R"({"role":"user","content":"one\ntwo"})";
    const std::string call =
        R"(,{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function",)"
        R"("function":{"name":"run","arguments":"{}"}},{"id":"b","type":"function",)"
        R"("function":{"name":"look","arguments":"{}"}}]})";
    const auto result = [](const std::string& id, const std::string& text) {
        return R"(,{"role":"tool","tool_call_id":")" + id +
               R"(","content":[{"type":"text","text":")" + text + R"("}]})";
    };
    const auto failed = result("a", "failed");
    CHECK(answer(user, "").at("content") == "no tools");
    CHECK(answer(user, "{}").at("content") == "1: one, 1");
    CHECK(answer(user + call + result("a", "all passed"), "{}").at("content") == "good");
    CHECK(answer(user + call + result("b", "all passed"), "{}").at("content") == "lost");
    CHECK(answer(user + call + failed, "{}").at("tool_calls").at(0).at("id") == "c3");
    CHECK(answer(user + call + failed + failed, "{}").at("content") == "lost");
    // Only what came since the user's last message counts.
    CHECK(answer(user + call + failed + ',' + user + call + failed, "{}").at("content").is_null());
    RawClient client(simulator.port());
    client.get("/api/v1/models");
    CHECK(client.read_response().status == 200);
}

TEST_CASE("scenario: a body step by step, with every transport setting") {
    const ScenarioFile file(R"({"rules":[{"respond":{
        "status":200,"reason":"Fine","headers":{"Content-Type":"text/event-stream"},
        "delay_ms":1,"head_byte_delay_ms":0.01,"informational":["103 Early Hints"],
        "framing":"chunked","after":"close","split":{"every":5,"pause_ms":0.1},
        "body":[{"comment":"OPENROUTER PROCESSING"},{"event":{"a":1}},{"send":"data: x\n\n"},
                {"send_base64":"8J+Ygg=="},{"wait_ms":1},{"latch":"gate"},
                {"repeat":{"count":2,"send":"[{{n}}]","pause_ms":1}},{"done":true}]}}]})");
    Simulator simulator;
    simulator.load_scenario(file.file());
    RawClient client(simulator.port());
    client.post(chat_path, "{}");
    REQUIRE(simulator.latch("gate").wait_reached());
    simulator.latch("gate").release();
    const auto response = client.read_response();
    CHECK(response.head.starts_with("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 Fine\r\n"));
    CHECK(response.body == ": OPENROUTER PROCESSING\n\ndata: {\"a\":1}\n\ndata: x\n\n"
                           "\xF0\x9F\x98\x82[0][1]data: [DONE]\n\n");
    CHECK(client.wait_for_end());
}

TEST_CASE("scenario: mistakes are named with file, rule and member") {
    CHECK_THAT(failure_of("{\n\"rules\": [,]}"), ContainsSubstring("scenario.json:2:"));
    CHECK_THAT(failure_of(R"({"rules":[{"respond":{"txt":"x"}}]})"),
               ContainsSubstring("rule 1: respond: unknown member \"txt\""));
    CHECK_THAT(failure_of(R"({"rules":[{"respond":{"text":"x"}},)"
                          R"({"respond":{"body":[{"sand":1}]}}]})"),
               ContainsSubstring("rule 2: body: unknown step \"sand\""));
    CHECK_THAT(failure_of(R"({"rules":[{"respond":{"body":"","framing":"odd"}}]})"),
               ContainsSubstring("framing: unknown value \"odd\""));
    CHECK_THAT(failure_of(R"({"rules":[{"respond":{"recording":"none"}}]})"),
               ContainsSubstring("meta.json: cannot be read"));
    CHECK_THAT(failure_of(R"({"rules":[{"respond":{"text":"x","framing":"odd"}}]})"),
               ContainsSubstring("framing: unknown value \"odd\""));
}
