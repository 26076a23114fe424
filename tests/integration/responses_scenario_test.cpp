// The simulator's scripts, and a conversation, through more than one dialect.
#include "responses_fixture.hpp"

#include <capstan/agent.hpp>
#include <capstan/tools/registry.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

using namespace capstan;
using namespace capstan::testing;

namespace {

namespace fs = std::filesystem;

constexpr const char* scenario = R"({"rules":[
  {"match":{"path":"/chat/completions","last_role":"user","tools":true},
   "respond":{"reasoning":"I should look.","text":"Looking.",
     "tool_calls":[{"id":"call_{{n}}","name":"look","arguments":{"at":"rope"}}],
     "usage":{"prompt_tokens":10,"completion_tokens":7,"cached_tokens":4,"cost":"0.001"}}},
  {"match":{"last_tool":"look","tool_results":1,"last_contains":"frayed"},
   "respond":{"tool_calls":[{"id":"a","name":"mend","arguments":{}},
                            {"id":"b","name":"look","arguments":{"at":"knot"}}]}},
  {"match":{"last_role":"tool","tool_results":3},
   "respond":[{"error":{"status":503,"message":"busy"}},
              {"text":"Mended after {{n}} messages: {{last}}","word_delay_ms":1}]},
  {"respond":{"text":"lost"}}]})";

class ScenarioFile {
public:
    ScenarioFile() {
        auto pattern = (fs::temp_directory_path() / "scenario-XXXXXX").string();
        if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp");
        folder_ = pattern;
        std::ofstream(file()) << scenario;
    }
    ~ScenarioFile() { fs::remove_all(folder_); }
    fs::path file() const { return folder_ / "scenario.json"; }

private:
    fs::path folder_;
};

/// What a run of an agent said and did, as text.
asio::awaitable<void> watch_run(AgentStream& run, std::string& log) {
    while (auto event = co_await run.next()) {
        if (const auto* text = std::get_if<agent_event::Text>(&*event)) log += text->text;
        if (const auto* done = std::get_if<agent_event::Done>(&*event)) log += "|" + done->sentence;
    }
}

asio::awaitable<ToolResult> say(std::string text) { co_return ToolResult(std::move(text)); }

std::string run_agent(ApiHandler& handler) {
    ToolRegistry tools;
    const auto parameters = parse_json(R"({"type":"object","properties":{"at":{"type":"string"}}})")
                                .as_object();
    for (const auto& [name, result] :
         {std::pair("look", "it is frayed"), std::pair("mend", "mended")})
        tools.add(name, "A tool", parameters,
                  [text = std::string(result)](json::value, ToolContext&) { return say(text); });
    Agent agent(handler, tools);
    std::string log;
    asio::io_context context;
    auto run = agent.run("Mend the rope.");
    std::exception_ptr error;
    asio::co_spawn(context, watch_run(run, log), [&](std::exception_ptr e) { error = e; });
    context.run();
    if (error) std::rethrow_exception(error);
    return log;
}

}  // namespace

TEST_CASE("One scenario runs through both dialects, and the same comes out") {
    const ScenarioFile file;
    Simulator chat;
    chat.load_scenario(file.file());
    OpenRouterHandler openrouter(options_for(chat, std::make_shared<VirtualClock>()));
    Simulator other;
    other.load_scenario(file.file());
    OpenAiResponsesHandler responses(responses_options(other, "test/model"));

    const std::string expected = run_agent(openrouter);
    INFO(expected);
    CHECK(expected.find("Mended after 6 messages: it is frayed") != std::string::npos);
    CHECK(run_agent(responses) == expected);
    CHECK(chat.request_count() == other.request_count());
    CHECK(other.requests(responses_route).size() == other.request_count());
}

TEST_CASE("The default model answers in the dialect of the question") {
    Simulator simulator;
    OpenAiResponsesHandler handler(responses_options(simulator, "simulator/echo"));
    MessageRequest request = asking("What is a capstan?");
    request.reasoning.emplace().effort = "low";
    const auto outcome = run_call(handler, request);
    REQUIRE(!outcome.error);
    CHECK(outcome.text().find("What is a capstan?") != std::string::npos);
    CHECK(message_of(outcome, "simulator/echo").reasoning.text.find("I am the simulator") !=
          std::string::npos);
    CHECK(outcome.usages().at(0).reasoning_tokens > 0);

    FunctionTool tool;
    tool.name = "look";
    request.tools.push_back(tool);
    request.tool_choice = ToolChoice::function("look");
    CHECK(message_of(run_call(handler, request), "m").tool_calls.at(0).name == "look");
}

TEST_CASE("A conversation changes its provider in the middle and loses nothing") {
    Simulator simulator;
    OpenAiResponsesHandler openai(responses_options(simulator, "gpt-5"));
    auto options = options_for(simulator, std::make_shared<VirtualClock>());
    options.model = "anthropic/claude-sonnet-4.5";
    OpenRouterHandler openrouter(options);
    auto thoughtful = [](std::string secret, std::string call) {
        auto answer = tool_call_answer({{std::move(call), "look", "{}"}});
        json::object entry{{"type", "reasoning.encrypted"}, {"id", "rs_1"},
                           {"format", "openai-responses-v1"}, {"index", 0}};
        entry["data"] = secret;
        answer.reasoning_details.push_back(entry);
        return answer;
    };
    const std::string odd_id = "functions.look:0 of another server";
    MessageRequest request = asking("look");

    simulator.enqueue(thoughtful("gAAA", odd_id));
    request.messages.add(message_of(run_call(openai, request), "gpt-5"));
    request.messages.add_tool_result(odd_id, "found");
    auto signed_answer = text_answer("Done.");
    signed_answer.reasoning = "Clear now.";
    simulator.enqueue(signed_answer);
    request.messages.add(message_of(run_call(openrouter, request), options.model));
    request.messages.add_user("again");
    simulator.enqueue(text_answer("Yes."));
    CHECK(run_call(openai, request).text() == "Yes.");

    // OpenRouter got no thought of OpenAI's; OpenAI gets its own back, and none of Claude's.
    const auto second = simulator.wait_for_request(1).body;
    CHECK(second.find("gAAA") == std::string::npos);
    CHECK(second.find("found") != std::string::npos);
    const auto third = simulator.wait_for_request(2).body;
    CHECK(third.find(R"("encrypted_content":"gAAA")") != std::string::npos);
    CHECK(third.find("Clear now.") == std::string::npos);
    CHECK(third.find("Done.") != std::string::npos);
    const auto input = parse_json(third).at("input").as_array();
    CHECK(input[2].at("call_id") == input[3].at("call_id"));
    CHECK(input[2].at("call_id").as_string().find("functions") == std::string::npos);
    CHECK(to_json_text(json::value(request.messages.to_json_text())).find("gAAA") !=
          std::string::npos);
}
