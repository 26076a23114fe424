// The coding agent repairs the sample project: the model is scripted, everything else is real.
#include "agent_program_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace agent_program_test;

namespace {

std::vector<std::string> types_of(const Result& result) {
    std::vector<std::string> types;
    for (const auto& line : lines_of(result)) types.push_back(text_at(line, "type"));
    return types;
}

/// "name status" of each tool call that ended; sorted, as calls of one turn end in any order.
std::vector<std::string> calls_of(const Result& result) {
    std::vector<std::string> calls;
    for (const auto& line : of_type(result, "tool_finished"))
        calls.push_back(text_at(line, "name") + ' ' +
                        text_at(line.at("outcome").as_object(), "status"));
    std::sort(calls.begin(), calls.end());
    return calls;
}

}  // namespace

TEST_CASE("agent: the sample project's test fails before the repair and passes after it") {
    AgentProgram agent;
    CHECK(agent.test() != 0);
    const auto result = agent.run({"--yes", "--prompt", "Make the tests pass."});
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(agent.is_repaired());
    CHECK(agent.test() == 0);
    // The answers alone go to standard output; what was done is beside it.
    CHECK(has(result.out, "Repaired: all checks of ./test.sh pass."));
    CHECK_FALSE(has(result.out, "run_command"));
    CHECK(has(result.err, "● run_command ./test.sh"));
    CHECK(has(result.err, "exit 1"));
    CHECK(has(result.err, "exit 0"));
    CHECK(has(result.err, "+1 -1"));
    CHECK(has(result.err, "-    return length / piece_length;"));
    CHECK(has(result.err, "+    " + fixed_line));
    CHECK(has(result.err, "answered | 6 steps, 7 tool calls"));
    CHECK(has(result.err, "so far $0.00896"));
    CHECK(has(result.err, "$0.02297"));
    CHECK_FALSE(has(result.out + result.err, "\033"));
}

TEST_CASE("agent --jsonl: the repair is a line an event, from the session to the end") {
    AgentProgram agent;
    const auto result = agent.run({"--jsonl", "--yes", "Make", "the tests pass."});
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(agent.test() == 0);
    CHECK(result.err.empty());
    const auto types = types_of(result);
    CHECK(types.front() == "session");
    CHECK(types.back() == "done");
    CHECK(calls_of(result) ==
          std::vector<std::string>{"edit_file ok", "list_files ok", "read_file ok", "read_file ok",
                                   "run_command ok", "run_command ok", "search ok"});
    CHECK(of_type(result, "step_started").size() == 6);
    CHECK(of_type(result, "step_usage").size() == 6);
    CHECK(of_type(result, "tool_started").size() == 7);
    CHECK(of_type(result, "approval_wanted").empty());
    const auto done = lines_of(result).back();
    CHECK(done.at("reason") == "answered");
    CHECK(has(text_at(done, "text"), "Repaired"));
    CHECK(done.at("totals").at("cost") == "0.02297");
}

TEST_CASE("agent: the model gets the system prompt, AGENTS.md, the tools and all results") {
    AgentProgram agent;
    agent.write("AGENTS.md", "Ropes are measured in metres here.\n");
    const auto result = agent.run({"--yes", "--model", "some/model", "--prompt", "Go."});
    CHECK(result.exit_code == 0);
    const auto first = agent.sent(0);
    CHECK(first.at("model") == "some/model");
    const auto system = json::serialize(first.at("messages").at(0));
    CHECK(has(system, "coding agent"));
    CHECK(has(system, "Ropes are measured in metres here."));
    std::string tools;
    for (const auto& tool : first.at("tools").as_array())
        tools += std::string(tool.at("function").at("name").as_string()) + ' ';
    for (const auto name : {"read_file ", "write_file ", "edit_file ", "list_files ", "search ",
                            "run_command ", "todo "})
        CHECK(has(tools, name));
    const auto last = agent.sent(5).at("messages").as_array();
    CHECK(last.size() == 14);  // system, user, 5 turns of the assistant, 7 results
    CHECK(has(json::serialize(last.back()), "All 7 checks passed."));
}

TEST_CASE("agent: where nobody can be asked, nothing is done and the model says so") {
    AgentProgram agent;
    const auto before = agent.file("rope.cpp");
    const auto result = agent.run({"--prompt", "Make the tests pass."});
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(agent.file("rope.cpp") == before);
    CHECK(has(result.out, "I could not see the test fail, so I changed nothing."));
    CHECK(has(result.err, "nobody was there to be asked"));
}

TEST_CASE("agent: answers may come from a pipe, and noise is no consent") {
    AgentProgram agent;
    const auto result = agent.run({}, "Make the tests pass.\nwhat?\ny\nn keep it as it is\n");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK_FALSE(agent.is_repaired());
    CHECK(has(result.out, "You did not want the edit"));
    CHECK(has(json::serialize(agent.sent(4).at("messages")), "keep it as it is"));
}

TEST_CASE("agent --jsonl: approvals are asked for and answered line by line") {
    AgentProgram agent;
    const auto result = agent.run({"--jsonl"}, "Make the tests pass.\na\ny\n");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(agent.test() == 0);
    const auto wanted = of_type(result, "approval_wanted");
    REQUIRE(wanted.size() == 2);  // the second run of the test was allowed by "always"
    CHECK(text_at(wanted[0], "name") == "run_command");
    CHECK(text_at(wanted[1], "name") == "edit_file");
    CHECK(has(text_at(wanted[1], "preview"), "+    " + fixed_line));
    const auto answers = of_type(result, "approval");
    REQUIRE(answers.size() == 2);
    CHECK(answers[0].at("always") == true);
    CHECK(answers[1].at("always") == false);
}

TEST_CASE("agent: a model that cannot be reached is an error, and exit code 1") {
    AgentProgram agent(Model::none);
    agent.simulator.always(sim::error_answer(402, "Insufficient credits"));
    const auto result = agent.run({"--prompt", "Go."});
    INFO(result.out << result.err);
    CHECK(result.exit_code == 1);
    CHECK(has(result.err, "Insufficient credits"));
    CHECK_FALSE(has(result.out + result.err, key));
}

TEST_CASE("agent: limits of the command line end the run, and exit code 1 says so") {
    AgentProgram agent;
    const auto steps = agent.run({"--yes", "--max-steps", "2", "--prompt", "Go."});
    INFO(steps.out << steps.err);
    CHECK(steps.exit_code == 1);
    CHECK(has(steps.err, "max_steps | 2 steps"));
    const auto cost = agent.run({"--yes", "--max-cost", "0.01", "--prompt", "Go."});
    INFO(cost.out << cost.err);
    CHECK(cost.exit_code == 1);
    CHECK(has(cost.err, "max_cost | "));
    CHECK_FALSE(agent.is_repaired());
}

TEST_CASE("agent: tools of MCP servers are offered, and one that does not start is only told of") {
    AgentProgram agent(Model::none);
    test::write_file(agent.folder.path("mcp.json"),
                     R"({"mcpServers":{"good":{"command":")" MCP_CHILD R"("},)"
                     R"("bad":{"command":"/nonexistent/server"}}})");
    agent.simulator.enqueue(sim::text_answer("I see."));
    const auto result = agent.run({"--mcp-config", agent.folder.path("mcp.json"), "Go."});
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(has(result.err, "bad"));
    const auto tools = json::serialize(agent.sent(0).at("tools"));
    CHECK(has(tools, "\"good__"));
    CHECK_FALSE(has(tools, "\"bad__"));
}
