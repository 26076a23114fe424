// The coding agent's command line: what it refuses before anything is sent.
#include "agent_program_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace agent_program_test;

TEST_CASE("agent: usage errors exit 2, say why, and send nothing") {
    AgentProgram agent;
    test::write_file(agent.folder.path("broken.json"), "{\"mcpServers\":");
    const std::vector<std::vector<std::string>> commands = {
        {"--nonsense", "hi"},
        {"--model"},
        {"--prompt", ""},
        {"--prompt", "a", "b"},
        {"--max-cost", "much", "hi"},
        {"--max-cost", "-1", "hi"},
        {"--max-steps", "0", "hi"},
        {"--max-steps", "x", "hi"},
        {"--reasoning-effort", "enormous", "hi"},
        {"--ca-file", "/nonexistent/file", "hi"},
        {"--mcp-config", "/nonexistent/file", "hi"},
        {"--mcp-config", agent.folder.path("broken.json"), "hi"},
        {"--session", "", "--prompt", "hi"},
        {"--session", "x", "--resume", "y", "--prompt", "hi"},
        {"--resume", "no-such-session", "--prompt", "hi"},
        {"--resume", "--prompt", "hi"},
        {"--api-key", "x", "hi"},
    };
    for (const auto& arguments : commands) {
        const auto result = agent.run(arguments);
        INFO(arguments[0] << ' ' << result.out << result.err);
        CHECK(result.exit_code == 2);
        CHECK(result.out.empty());
        CHECK_FALSE(result.err.empty());
    }
    const auto silent = agent.run({}, " \n");
    CHECK(silent.exit_code == 2);
    CHECK(has(silent.err, "There is no prompt"));
    CHECK(agent.simulator.requests(sim::Simulator::chat).empty());
}

TEST_CASE("agent: a workspace that does not exist is refused") {
    AgentProgram agent;
    auto command = agent.command({"--prompt", "hi"});
    command.arguments[1] = agent.folder.path("elsewhere");
    const auto result = chat_process::run(command);
    CHECK(result.exit_code == 2);
    CHECK(has(result.err, "elsewhere"));
    CHECK(agent.simulator.accepted_connections() == 0);
}

TEST_CASE("agent: help and version exit 0") {
    AgentProgram agent;
    CHECK(agent.run({"--help"}).exit_code == 0);
    const auto version = agent.run({"--version"});
    CHECK(version.exit_code == 0);
    CHECK(version.out.starts_with("capstan-agent "));
}

TEST_CASE("agent: without a key nothing is sent, not even to the real server") {
    AgentProgram agent;
    for (const bool real : {true, false}) {
        auto command = agent.command({"--jsonl", "hi"});
        command.environment.erase("OPENROUTER_API_KEY");
        if (real) command.environment["OPENROUTER_BASE_URL"] = "https://openrouter.ai/api/v1";
        const auto result = chat_process::run(command);
        INFO(result.out << result.err);
        CHECK(result.exit_code == 2);
        CHECK(has(result.out, "OPENROUTER_API_KEY"));
        CHECK(text_at(lines_of(result).back(), "kind") == "configuration");
    }
    CHECK(agent.simulator.accepted_connections() == 0);
}

TEST_CASE("agent: the list of no sessions is empty, and needs no key") {
    AgentProgram agent;
    auto command = agent.command({"--list-sessions"});
    command.environment.erase("OPENROUTER_API_KEY");
    const auto result = chat_process::run(command);
    INFO(result.err);
    CHECK(result.exit_code == 0);
    CHECK(result.out.empty());
    CHECK(has(result.err, "There are no sessions yet."));
}

TEST_CASE("agent: the key is in no file, no command and no line of output") {
    AgentProgram agent(Model::none);
    agent.simulator.enqueue(sim::tool_call_answer(
        {{"call_1", "run_command",
          R"({"command":"env; cat /proc/$PPID/environ | tr '\\0' '\\n'"})"}}));
    agent.simulator.enqueue(sim::text_answer("Read."));
    const auto result = agent.run({"--yes", "--jsonl", "Go."});
    INFO(result.out);
    CHECK(result.exit_code == 0);
    for (const auto& line : of_type(result, "tool_finished"))
        CHECK_FALSE(has(json::serialize(line.at("outcome")), "OPENROUTER_API_KEY=" + key));
    CHECK_FALSE(has(test::read_file(agent.folder.path("state/capstan/agent.sqlite")), key));
}
