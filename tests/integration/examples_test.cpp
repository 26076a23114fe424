// The short programs in examples/: each runs against a simulator, and its output is looked at.
#include "chat_process.hpp"
#include "child_process.hpp"

#include <capstan/testing/simulator.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace sim = capstan::testing;
namespace json = boost::json;

namespace {

struct Example {
    /// The answers are given in turn.
    explicit Example(std::vector<sim::Answer> answers) {
        for (auto& answer : answers) simulator.enqueue(std::move(answer));
    }

    chat_process::Result run(const std::string& name, std::vector<std::string> arguments = {},
                             std::string input = {}) const {
        chat_process::Command command;
        command.program = std::string(CAPSTAN_EXAMPLES) + '/' + name;
        command.arguments = std::move(arguments);
        command.input = std::move(input);
        command.environment = {{"OPENROUTER_API_KEY", "example-key"},
                               {"OPENROUTER_BASE_URL", simulator.base_url()}};
        return chat_process::run(command);
    }

    /// The body of a request, as text.
    std::string sent(std::size_t index) const {
        return simulator.requests(sim::Simulator::chat).at(index).body;
    }

    sim::Simulator simulator;
};

sim::Answer calls(std::vector<sim::AnswerToolCall> list) {
    return sim::tool_call_answer(std::move(list));
}

sim::Answer priced(sim::Answer answer, std::string cost) {
    answer.usage.cost = std::move(cost);
    return answer;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("examples: typed_tool reads the arguments into its struct, and says what does not fit") {
    const Example example({calls({{"c1", "get_weather", R"({"city":"Hamburg","unit":"kelvin"})"}}),
                           calls({{"c2", "get_weather", R"({"city":"Hamburg","unit":"celsius"})"}}),
                           sim::text_answer("Yes, take one.")});
    const auto result = example.run("typed_tool");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(has(result.out, "Rain, 11 C"));
    CHECK(has(result.out, "Yes, take one."));
    CHECK(has(example.sent(0), "Name of the city, in English"));
    CHECK(has(example.sent(1), "unit"));
    CHECK_FALSE(has(example.sent(1), "Rain"));
}

TEST_CASE("examples: parallel_tools measures three pages at once") {
    const Example example({calls({{"c1", "measure", R"({"url":"one.example"})"},
                                  {"c2", "measure", R"({"url":"two.example"})"},
                                  {"c3", "measure", R"({"url":"three.example"})"}}),
                           sim::text_answer("They are equally slow.")});
    const auto result = example.run("parallel_tools");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    // All have begun before one has ended.
    CHECK(result.out.find("waiting for three.example") < result.out.find("answers in 200 ms"));
    CHECK(has(result.out, "They are equally slow."));
}

TEST_CASE("examples: approval allows, asks and denies by the rules") {
    const Example example({calls({{"c1", "transfer", R"({"to":"Ada","euros":5})"},
                                  {"c2", "transfer", R"({"to":"Ben","euros":50})"},
                                  {"c3", "transfer", R"({"to":"Cy","euros":500})"},
                                  {"c4", "transfer", R"({"to":"Di","euros":5000})"}}),
                           sim::text_answer("Ada and Ben are paid.")});
    const auto result = example.run("approval", {}, "y\ntoo much\n");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(has(result.out, "ok: 5 to Ada"));
    CHECK(has(result.out, "ok: 50 to Ben"));
    CHECK_FALSE(has(result.out, "500 to Cy"));
    CHECK_FALSE(has(result.out, "5000 to Di"));
    CHECK(has(example.sent(1), "the user said: too much"));
    CHECK(has(example.sent(1), "never transferred by an agent"));
}

TEST_CASE("examples: sub_agents answer their agent, and their cost is counted") {
    const Example example(
        {priced(calls({{"c1", "weather_expert", R"({"task":"Rain in Hamburg?"})"}}), "0.001"),
         priced(sim::text_answer("It rains every day."), "0.0002"),
         priced(sim::text_answer("Saturday: museums."), "0.003")});
    const auto result = example.run("sub_agents");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(has(result.out, "asks weather_expert"));
    CHECK(has(result.out, "weather_expert says: It rains every day."));
    CHECK(has(result.out, "Saturday: museums."));
    CHECK(has(result.out, "($0.004, and $0.0002 of sub-agents)"));
    CHECK(has(example.sent(1), "You know the climate of Europe."));
}

TEST_CASE("examples: structured_output gets its struct, after a repair") {
    const Example example({sim::text_answer(R"({"score":11,"findings":[]})"),
                           sim::text_answer(R"({"score":9,"findings":[{"file":"rope.cpp",)"
                                            R"("line":4,"problem":"overflow"}]})")});
    const auto result = example.run("structured_output");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(result.out == "score 9\nrope.cpp:4: overflow\n");
    CHECK(has(example.sent(0), "10 is best"));
    CHECK(has(example.sent(1), "score"));
}

TEST_CASE("examples: structured_output gives up with the last answer") {
    const Example example({sim::text_answer("No."), sim::text_answer("No!"),
                           sim::text_answer("No?"), sim::text_answer("Never.")});
    const auto result = example.run("structured_output");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 1);
    CHECK(has(result.err, "The last answer was: No"));
}

TEST_CASE("examples: resume goes on with the conversation of an earlier program") {
    const test::TemporaryFolder folder;
    const Example example({calls({{"c1", "look_up", R"({"word":"capstan"})"}}),
                           sim::text_answer("A winch."), sim::text_answer("On ships.")});
    const auto first = example.run("resume", {folder.path("s.sqlite"), "What is a capstan?"});
    const auto second = example.run("resume", {folder.path("s.sqlite"), "Where?"});
    INFO(first.out << first.err << second.out << second.err);
    CHECK(first.exit_code == 0);
    CHECK(has(first.out, ", 0 messages"));
    CHECK(has(first.out, "look_up: A vertical winch of a ship"));
    CHECK(second.exit_code == 0);
    CHECK(has(second.out, ", 4 messages"));
    CHECK(has(second.out, "On ships."));
    CHECK(has(example.sent(2), "What is a capstan?"));
}

TEST_CASE("examples: custom_provider needs no server at all") {
    const Example example({});
    const auto result = example.run("custom_provider");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(result.out == "a capstan hauls the rope (answered)\n");
    CHECK(example.simulator.accepted_connections() == 0);
}

TEST_CASE("examples: composition fails over, and stops when its budget is spent") {
    const Example example({});
    const auto result = example.run("composition");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(has(result.out, "cheap/model too busy. Trying dear/model."));
    CHECK(has(result.out, "1: A winch of a ship. ($0.06 left)"));
    CHECK(has(result.out, "2: A winch. ($0.02 left)"));
    CHECK(has(result.out, "The budget of $0.12 does not allow this call"));
    CHECK(example.simulator.accepted_connections() == 0);
}

TEST_CASE("examples: own_event_loop shows the text that came from the agent's thread") {
    const Example example({sim::text_answer("A winch of a ship.")});
    const auto result = example.run("own_event_loop");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(has(result.out, "A winch of a ship."));
}

TEST_CASE("examples: cost_monitor warns, and stops before the budget is passed") {
    std::vector<sim::Answer> answers;
    for (const std::string id : {"c1", "c2", "c3"})
        answers.push_back(priced(calls({{id, "roll", "{}"}}), "0.003"));
    const Example example(answers);
    const auto result = example.run("cost_monitor");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(has(result.out, "step 1: $0.003 so far"));
    CHECK(has(result.out, "Half of the budget is spent."));
    CHECK(has(result.out, "max_cost: "));
    CHECK_FALSE(has(result.out, "step 4"));
}

TEST_CASE("examples: several_models plans, works and reports with a model each") {
    const Example example({calls({{"c1", "run_tests", "{}"}}), sim::text_answer("All tests pass."),
                           sim::text_answer("The rope tests pass now.")});
    const auto result = example.run("several_models");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(has(example.sent(0), "claude-opus"));
    CHECK(has(example.sent(0), "Think about what has to be done"));
    CHECK(has(example.sent(1), "claude-sonnet"));
    CHECK(has(example.sent(2), "gpt-5-nano"));
    CHECK(has(result.out, "The rope tests pass now."));
}

TEST_CASE("examples: without a key each says so and fails") {
    for (const std::string name :
         {"typed_tool", "parallel_tools", "approval", "sub_agents", "structured_output",
          "own_event_loop", "cost_monitor", "several_models"}) {
        chat_process::Command command;
        command.program = std::string(CAPSTAN_EXAMPLES) + '/' + name;
        const auto result = chat_process::run(command);
        INFO(name << result.out << result.err);
        CHECK(result.exit_code == 1);
        CHECK(has(result.err, "OPENROUTER_API_KEY"));
    }
}
