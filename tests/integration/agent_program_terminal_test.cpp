// The coding agent as a person sees it.
#include "agent_program_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <sstream>

#include <sys/stat.h>

using namespace agent_program_test;

namespace {

/// An answer that asks for a command.
sim::Answer command_call(const std::string& command) {
    json::object arguments;
    arguments["command"] = command;
    return sim::tool_call_answer({{"call_1", "run_command", json::serialize(arguments)}});
}

/// An answer that never ends.
sim::SimResponse endless(const sim::Latch& gate) {
    auto answer = sim::text_answer("Only the beginning of it").streamed();
    answer.body.resize(answer.body.size() - 3);
    answer.with_step(sim::hold(gate));
    return answer;
}

/// Processes of a group that run; those that are dead and not collected do not count.
int running_in_group(int group) {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        if (entry.path().filename().string().find_first_not_of("0123456789") == 0) continue;
        const auto stat = test::read_file(entry.path().string() + "/stat");
        const auto name_end = stat.rfind(')');
        if (name_end == stat.npos) continue;
        std::istringstream rest(stat.substr(name_end + 1));
        char state = 0;
        int parent = 0;
        int its_group = 0;
        if (rest >> state >> parent >> its_group && its_group == group && state != 'Z') ++count;
    }
    return count;
}

}  // namespace

TEST_CASE("agent: a person sees the change before it is asked for, and allows step by step") {
    for (const std::string term : {"dumb", "xterm"}) {
        AgentProgram agent;
        Child child(agent.in_terminal({}, term));
        REQUIRE(child.wait_for("> "));
        child.type("Make the tests pass.\n");
        REQUIRE(child.wait_for(question));
        child.type("y\n");
        REQUIRE(child.wait_for(question, 2));
        CHECK(child.wait_for("+    " + fixed_line));
        CHECK_FALSE(agent.is_repaired());
        child.type("y\n");
        REQUIRE(child.wait_for(question, 3));
        CHECK(agent.is_repaired());
        child.type("y\n");
        REQUIRE(child.wait_for("answered | 6 steps"));
        child.type("\004");
        const auto result = child.wait();
        INFO(result.out);
        CHECK(result.exit_code == 0);
        CHECK(agent.test() == 0);
        CHECK(has(result.out, "\033[2mI do not know") == (term == "xterm"));  // dimmed reasoning
    }
}

TEST_CASE("agent: a no goes to the model with its reason, and nothing is changed") {
    AgentProgram agent;
    Child child(agent.in_terminal({"--allow", "./test.sh", "Make the tests pass."}, "xterm"));
    REQUIRE(child.wait_for(question));
    child.type("n\n");
    REQUIRE(child.wait_for("Why not"));
    child.type("this file is frozen\n");
    const auto result = child.wait();
    INFO(result.out);
    CHECK(result.exit_code == 0);
    CHECK_FALSE(agent.is_repaired());
    CHECK(has(result.out, "You did not want the edit"));
    CHECK(has(json::serialize(agent.sent(4).at("messages")), "this file is frozen"));
}

TEST_CASE("agent: always is asked once for the same program, and again for another one") {
    AgentProgram agent(Model::none);
    agent.simulator.enqueue(command_call("echo one"));
    agent.simulator.enqueue(command_call("echo two"));
    agent.simulator.enqueue(command_call("printf three"));
    agent.simulator.enqueue(sim::text_answer("Finished."));
    Child child(agent.in_terminal({"Go."}));
    REQUIRE(child.wait_for(question));
    child.type("a\n");
    REQUIRE(child.wait_for(question, 2));
    child.type("y\n");
    const auto result = child.wait();
    INFO(result.out);
    CHECK(result.exit_code == 0);
    CHECK(has(result.out, "Finished."));
    const auto messages = json::serialize(agent.sent(3).at("messages"));
    CHECK(has(messages, "two\\n[exit status 0]"));
    CHECK(has(messages, "three\\n[exit status 0]"));
}

TEST_CASE("agent: Ctrl-C cancels the run and keeps what came; a second one quits") {
    AgentProgram agent(Model::none);
    const sim::Latch gate;
    agent.simulator.enqueue(endless(gate));
    agent.simulator.enqueue(sim::text_answer("Next answer."));
    Child child(agent.in_terminal({}));
    REQUIRE(child.wait_for("> "));
    child.type("one\n");
    REQUIRE(child.wait_for("beginning"));
    child.type("\003");
    REQUIRE(child.wait_for("cancelled | 1 step"));
    CHECK(agent.simulator.wait_for_close());
    REQUIRE(child.wait_for("> ", 2));
    child.type("two\n");
    REQUIRE(child.wait_for("Next answer."));
    REQUIRE(child.wait_for("> ", 3));
    CHECK(has(json::serialize(agent.sent(1).at("messages")), "Only the beginning"));
    child.type("\003");
    REQUIRE(child.wait_for("Ctrl-C again quits", 2));
    child.type("\003");
    CHECK(child.wait().exit_code == 130);
}

TEST_CASE("agent: Ctrl-C twice during a run ends the program, and once in one shot") {
    for (const bool one_shot : {true, false}) {
        AgentProgram agent(Model::none);
        const sim::Latch gate;
        agent.simulator.enqueue(endless(gate));
        Child child(agent.in_terminal(one_shot ? std::vector<std::string>{"one"}
                                               : std::vector<std::string>{}));
        if (!one_shot) {
            REQUIRE(child.wait_for("> "));
            child.type("one\n");
        }
        REQUIRE(child.wait_for("beginning"));
        child.type("\003");
        REQUIRE(child.wait_for("Ctrl-C again quits"));
        if (!one_shot) child.type("\003");
        CHECK(child.wait().exit_code == 130);
        CHECK(agent.simulator.wait_for_close());
    }
}

TEST_CASE("agent: Ctrl-C ends a running command with everything that it started") {
    AgentProgram agent(Model::none);
    agent.simulator.enqueue(command_call("echo $$ > pid; sleep 1000 & wait"));
    Child child(agent.in_terminal({"--yes", "Go."}));
    const auto deadline = std::chrono::steady_clock::now() + Child::patience;
    while (agent.file("pid").empty() && std::chrono::steady_clock::now() < deadline)
        child.wait_for("nothing of this kind is printed", 0);
    child.type("\003");
    const auto result = child.wait();
    INFO(result.out);
    CHECK(result.exit_code == 130);
    CHECK(has(result.out, "cancelled"));
    CHECK(running_in_group(std::stoi(agent.file("pid"))) == 0);
}

TEST_CASE("agent: Ctrl-C at a question denies nothing and allows nothing, it cancels") {
    for (const std::string term : {"dumb", "xterm"}) {
        AgentProgram agent;
        Child child(agent.in_terminal({"Make the tests pass."}, term));
        REQUIRE(child.wait_for(question));
        child.type("\003");
        const auto result = child.wait();
        INFO(result.out);
        CHECK(result.exit_code == 130);
        CHECK(has(result.out, "cancelled | "));
    }
}

TEST_CASE("agent: without colour when NO_COLOR is set or the terminal is dumb") {
    for (const bool dumb : {true, false}) {
        AgentProgram agent;
        auto command = agent.in_terminal({"--yes", "Go."}, dumb ? "dumb" : "xterm");
        if (!dumb) command.environment["NO_COLOR"] = "1";
        const auto result = chat_process::run(command);
        CHECK(result.exit_code == 0);
        CHECK(has(result.out, "Repaired"));
        CHECK_FALSE(has(result.out, "\033"));
    }
}

TEST_CASE("agent: neither a model nor a tool's output can drive the terminal") {
    AgentProgram agent(Model::none);
    agent.simulator.enqueue(command_call("printf 'a\\033]0;evil\\007b\\033[31mred\\n'"));
    agent.simulator.enqueue(sim::text_answer("c\033]0;evil\007d \033[31mred"));
    const auto result = chat_process::run(agent.in_terminal({"--yes", "Go."}, "xterm"));
    INFO(result.out);
    CHECK(result.exit_code == 0);
    CHECK_FALSE(has(result.out, "\033]"));
    CHECK_FALSE(has(result.out, "evil\007"));
    CHECK_FALSE(has(result.out, "\033[31mred"));
    CHECK(has(result.out, "abred"));
    CHECK(has(result.out, "cd red"));
}

TEST_CASE("agent: lines are edited and remembered, in a file for nobody else") {
    AgentProgram agent(Model::none);
    for (int i = 0; i < 3; ++i) agent.simulator.enqueue(sim::text_answer("Yes."));
    {
        Child child(agent.in_terminal({}, "xterm"));
        REQUIRE(child.wait_for("> "));
        child.type("fixx\177 the roof\n");
        REQUIRE(child.wait_for("answered | "));
        child.type("\033[A!\n");  // up: the line before
        REQUIRE(child.wait_for("answered | ", 2));
        child.type("/quit\n");
        CHECK(child.wait().exit_code == 0);
    }
    Child child(agent.in_terminal({}, "xterm"));
    REQUIRE(child.wait_for("> "));
    child.type("\033[A\033[A\n");  // above /quit, from the program before
    REQUIRE(child.wait_for("answered | "));
    child.type("\004");
    CHECK(child.wait().exit_code == 0);
    const auto said = [&](std::size_t i) {
        return json::serialize(agent.sent(i).at("messages").as_array().back().at("content"));
    };
    CHECK(has(said(0), "\"fix the roof\""));
    CHECK(has(said(1), "\"fix the roof!\""));
    CHECK(has(said(2), "\"fix the roof!\""));
    struct stat info {};
    REQUIRE(stat(agent.folder.path("state/capstan/history").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
}
