// The coding agent makes the sample's repair through each of our handlers.
#include "agent_program_fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <string>

using namespace agent_program_test;

namespace {

struct Provider {
    const char* uri;
    const char* key_variable;
    const char* route;
};

}  // namespace

TEST_CASE("agent: every provider makes the whole repair") {
    const auto provider = GENERATE(
        Provider{"openrouter:anthropic/claude-sonnet-4.5", "OPENROUTER_API_KEY",
                 "POST /chat/completions"},
        Provider{"openai:gpt-4o", "OPENAI_API_KEY", "POST /chat/completions"},
        Provider{"anthropic:claude-sonnet-4-5", "ANTHROPIC_API_KEY", "POST /messages"},
        Provider{"openai-responses:gpt-5-mini", "OPENAI_API_KEY", "POST /responses"});
    AgentProgram agent;
    const auto uri = provider.uri + ("@" + agent.simulator.base_url());
    auto command = agent.command({"--yes", "--model", uri, "--prompt", "Make the tests pass."});
    command.environment.erase("OPENROUTER_API_KEY");
    command.environment[provider.key_variable] = key;
    const auto result = chat_process::run(command);
    INFO(uri << '\n' << result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(agent.is_repaired());
    CHECK(agent.test() == 0);
    CHECK(has(result.out, "Repaired: all checks of ./test.sh pass."));
    CHECK(has(result.err, "answered | 6 steps, 7 tool calls"));
    CHECK(agent.simulator.requests(provider.route).size() == 6);
}

TEST_CASE("agent: a model URI that cannot be read is pointed at, and nothing is sent") {
    AgentProgram agent;
    const auto result = agent.run({"--model", "anthropic:claude?temprature=1", "--prompt", "Hi."});
    CHECK(result.exit_code == 2);
    CHECK(has(result.err, "temperature"));
    CHECK(agent.simulator.request_count() == 0);
}
