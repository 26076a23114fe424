// The coding agent's memory: sessions that survive the program, undo, slash commands.
#include "agent_program_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>

using namespace agent_program_test;

namespace {

std::string session_of(const Result& result) {
    const auto lines = of_type(result, "session");
    return lines.empty() ? "" : text_at(lines.front(), "id");
}

}  // namespace

TEST_CASE("agent: killed while it waits for an approval, it asks again after --resume") {
    AgentProgram agent;
    {
        Child child(agent.in_terminal({"--allow", "./test.sh", "Make the tests pass."}));
        REQUIRE(child.wait_for(question));
        child.signal(SIGKILL);
        CHECK(child.wait().exit_code == 128 + SIGKILL);
    }
    const auto asked = agent.simulator.requests(sim::Simulator::chat).size();
    const auto result = agent.run({"--allow", "./test.sh", "--resume"}, "y\n");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(has(result.err, "Going on with session"));
    CHECK(agent.test() == 0);
    CHECK(has(result.out, "Repaired"));
    // Nothing was asked for twice: the edit's result, then the test's.
    CHECK(agent.simulator.requests(sim::Simulator::chat).size() == asked + 2);
}

TEST_CASE("agent: killed while a command runs, the model is told of the interruption") {
    AgentProgram agent(Model::none);
    agent.simulator.enqueue(sim::tool_call_answer(
        {{"call_1", "run_command", R"({"command":"echo started > mark; sleep 1000"})"}}));
    {
        Child child(agent.command({"--yes", "--jsonl", "Go."}));
        REQUIRE(child.wait_for("tool_started"));
        child.signal(SIGKILL);
        CHECK(child.wait().exit_code == 128 + SIGKILL);
    }
    agent.simulator.enqueue(sim::text_answer("I see."));
    const auto result = agent.run({"--yes", "--resume", "--jsonl"});
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    const auto messages = json::serialize(agent.sent(1).at("messages"));
    CHECK(has(messages, "Interrupted: the program ended while this call ran."));
}

TEST_CASE("agent: --resume goes on with the workspace's newest session, --session with its own") {
    AgentProgram agent(Model::none);
    for (const auto text : {"One.", "Two.", "Three.", "Four.", "Five."})
        agent.simulator.enqueue(sim::text_answer(text));
    const auto first = agent.run({"--jsonl", "one"});
    const auto second = agent.run({"--jsonl", "two"});
    const auto newest = agent.run({"--jsonl", "--resume", "--prompt", "three"});
    const auto named = agent.run({"--jsonl", "--resume", session_of(first), "--prompt", "four"});
    const auto again = agent.run({"--jsonl", "--session", session_of(first), "--prompt", "five"});
    INFO(newest.out << named.out << again.out << again.err);
    CHECK(session_of(first) != session_of(second));
    CHECK(session_of(newest) == session_of(second));
    CHECK(session_of(named) == session_of(first));
    CHECK(session_of(again) == session_of(first));
    CHECK(agent.sent(4).at("messages").as_array().size() == 6);  // system, 3 questions, 2 answers
    const auto list = agent.run({"--list-sessions"});
    CHECK(list.exit_code == 0);
    CHECK(has(list.out, session_of(first)));
    CHECK(has(list.out, session_of(second)));
}

TEST_CASE("agent: --session begins a session of that name") {
    AgentProgram agent(Model::none);
    agent.simulator.enqueue(sim::text_answer("One."));
    agent.simulator.enqueue(sim::text_answer("Two."));
    const auto begun = agent.run({"--jsonl", "--session", "release-notes", "one"});
    const auto resumed = agent.run({"--jsonl", "--session", "release-notes", "two"});
    INFO(begun.out << resumed.out);
    CHECK(session_of(begun) == session_of(resumed));
    CHECK(of_type(begun, "session").front().at("resumed") == false);
    CHECK(of_type(resumed, "session").front().at("resumed") == true);
    CHECK(agent.sent(1).at("messages").as_array().size() == 4);
}

TEST_CASE("agent: a session in which nothing was said is neither listed nor gone on with") {
    AgentProgram agent(Model::none);
    for (const auto text : {"One.", "Two."}) agent.simulator.enqueue(sim::text_answer(text));
    const auto first = agent.run({"--jsonl", "one"});
    const auto left = agent.run({"--jsonl"}, "/quit\n");
    const auto list = agent.run({"--list-sessions"});
    CHECK(has(list.out, session_of(first)));
    CHECK_FALSE(has(list.out, session_of(left)));
    CHECK(session_of(agent.run({"--jsonl", "--resume", "--prompt", "two"})) == session_of(first));
    CHECK(session_of(agent.run({"--jsonl", "--resume", session_of(left)})) == session_of(left));
}

TEST_CASE("agent: /undo puts the file back as it was, byte for byte") {
    AgentProgram agent;
    const auto before = agent.file("rope.cpp");
    const auto result = agent.run({"--yes"}, "Make the tests pass.\n/undo\n/undo\n");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(has(result.out, "Repaired"));
    CHECK(has(result.out, "Restored rope.cpp"));
    CHECK(has(result.err, "here is nothing to undo"));
    CHECK(agent.file("rope.cpp") == before);
}

TEST_CASE("agent: /undo takes back what an earlier run changed, if nobody else changed it since") {
    AgentProgram agent;
    const auto before = agent.file("rope.cpp");
    CHECK(agent.run({"--yes", "Make the tests pass."}).exit_code == 0);
    const auto repaired = agent.file("rope.cpp");
    REQUIRE(agent.is_repaired());
    agent.write("rope.cpp", repaired + "// by hand\n");
    const auto refused = agent.run({"--resume"}, "/undo\n");
    INFO(refused.out << refused.err);
    CHECK(has(refused.err, "rope.cpp was changed by others since; nothing was undone"));
    CHECK(agent.file("rope.cpp") == repaired + "// by hand\n");
    agent.write("rope.cpp", repaired);
    const auto session = session_of(agent.run({"--jsonl", "--resume"}, "/cost\n"));
    const auto other = agent.run({}, "/undo\n");
    CHECK(has(other.err, "here is nothing to undo"));  // in that session
    const auto result = agent.run({"--session", session}, "/undo\n/undo\n");
    INFO(result.out << result.err);
    CHECK(has(result.out, "Restored rope.cpp"));
    CHECK(has(result.err, "here is nothing to undo"));
    CHECK(agent.file("rope.cpp") == before);
}

TEST_CASE("agent: /undo takes back a change that was made just before the program was killed") {
    AgentProgram agent(Model::none);
    const auto before = agent.file("rope.cpp");
    agent.simulator.enqueue(sim::tool_call_answer(
        {{"call_1", "write_file", R"({"path":"rope.cpp","content":"empty"})"},
         {"call_2", "run_command", R"({"command":"sleep 1000"})"}}));
    {
        Child child(agent.in_terminal({"--yes", "Go."}));
        REQUIRE(child.wait_for("run_command"));
        child.signal(SIGKILL);
        CHECK(child.wait().exit_code == 128 + SIGKILL);
    }
    REQUIRE(agent.file("rope.cpp") == "empty");
    agent.simulator.enqueue(sim::text_answer("I see."));
    const auto result = agent.run({"--resume"}, "/undo\n/undo\n");
    INFO(result.out << result.err);
    CHECK(has(result.out, "Restored rope.cpp"));
    CHECK(has(result.err, "here is nothing to undo"));
    CHECK(agent.file("rope.cpp") == before);
}

TEST_CASE("agent: slash commands answer without a call of the model") {
    AgentProgram agent;
    const auto result = agent.run(
        {"--yes"},
        "/help\n/tools\n/model\n/model other/model\n/cost\n/sessions\n/nonsense\n/quit\n");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(has(result.out, "/compact"));
    CHECK(has(result.out, "run_command"));
    CHECK(has(result.out, "Model: other/model"));
    CHECK(has(result.out, "$0 in 0 steps"));
    CHECK(has(result.err, "There is no command /nonsense"));
    CHECK(agent.simulator.requests(sim::Simulator::chat).empty());
}

TEST_CASE("agent: /model changes the model of the next call, /compact the conversation") {
    AgentProgram agent;
    const auto result = agent.run(
        {"--yes"}, "Make the tests pass.\n/model other/model\n/compact\nAnd now?\n/cost\n");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(has(result.out, "nothing to repair"));
    const auto requests = agent.simulator.requests(sim::Simulator::chat);
    REQUIRE(requests.size() > 6);
    CHECK(requests.back().json().at("model") == "other/model");
}
