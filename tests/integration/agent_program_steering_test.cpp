// What a person types while the coding agent works, and the model that a session goes on with.
#include "agent_program_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace agent_program_test;

namespace {

/// The answer comes to its end when the latch is released.
sim::SimResponse held(const sim::Latch& gate, const sim::Answer& answer) {
    auto response = answer.streamed();
    const auto end = response.body.end() - 3;
    response.body.insert(end, sim::hold(gate));
    return response;
}

sim::Answer listing() { return sim::tool_call_answer({{"call_1", "list_files", "{}"}}, "I look."); }

std::string last_message(const AgentProgram& agent, std::size_t request) {
    return json::serialize(agent.sent(request).at("messages").as_array().back());
}

}  // namespace

TEST_CASE("agent: a line typed while the model works is told to it before its next step") {
    for (const std::string term : {"dumb", "xterm"}) {
        AgentProgram agent(Model::none);
        sim::Latch gate;
        agent.simulator.enqueue(held(gate, listing()));
        agent.simulator.enqueue(sim::text_answer("Four metres it is."));
        Child child(agent.in_terminal({}, term));
        REQUIRE(child.wait_for("> "));
        child.type("How long is it?\n");
        REQUIRE(child.wait_for("I look."));
        child.type("in metres, please\n");
        REQUIRE(child.wait_for("Queued: in metres, please"));
        gate.release();
        REQUIRE(child.wait_for("Told to the model: in metres, please"));
        REQUIRE(child.wait_for("answered | 2 steps"));
        child.type("\004");
        const auto result = child.wait();
        INFO(result.out);
        CHECK(result.exit_code == 0);
        CHECK(has(last_message(agent, 1), "in metres, please"));
        CHECK(agent.simulator.requests(sim::Simulator::chat).size() == 2);
    }
}

TEST_CASE("agent: a line typed during the last answer makes the model go on") {
    AgentProgram agent(Model::none);
    sim::Latch gate;
    agent.simulator.enqueue(held(gate, sim::text_answer("That is all.")));
    agent.simulator.enqueue(sim::text_answer("In feet, then."));
    Child child(agent.in_terminal({}));
    REQUIRE(child.wait_for("> "));
    child.type("How long is it?\n");
    REQUIRE(child.wait_for("That is"));
    child.type("  \nno, in feet\n");
    REQUIRE(child.wait_for("Queued: no, in feet"));
    gate.release();
    REQUIRE(child.wait_for("answered | 2 steps"));
    CHECK(has(last_message(agent, 1), "no, in feet"));
}

TEST_CASE("agent: commands typed during a run that only look are answered at once, others after") {
    AgentProgram agent(Model::none);
    sim::Latch gate;
    agent.simulator.enqueue(held(gate, sim::text_answer("That is all.")));
    Child child(agent.in_terminal({}, "xterm"));
    REQUIRE(child.wait_for("> "));
    child.type("Go.\n");
    REQUIRE(child.wait_for("That is"));
    child.type("/cost\n");
    REQUIRE(child.wait_for("in 1 step"));
    child.type("/tools\n/help\n/undo\n/quit\n");
    REQUIRE(child.wait_for("run_command"));
    REQUIRE(child.wait_for("make the conversation shorter"));
    REQUIRE(child.wait_for("After this run: /undo"));
    REQUIRE(child.wait_for("After this run: /quit"));
    gate.release();
    const auto result = child.wait();
    INFO(result.out);
    CHECK(result.exit_code == 0);
    const auto done = result.out.find("answered | ");
    REQUIRE(done != result.out.npos);
    CHECK(result.out.find("here is nothing to undo") > done);
    CHECK(has(result.out, "here is nothing to undo"));
    CHECK(agent.simulator.requests(sim::Simulator::chat).size() == 1);
}

TEST_CASE("agent: what is typed before a question allows nothing, and goes to the model") {
    AgentProgram agent(Model::none);
    sim::Latch gate;
    agent.simulator.enqueue(held(
        gate, sim::tool_call_answer({{"call_1", "run_command", R"({"command":"touch mark"})"}},
                                    "I run.")));
    agent.simulator.enqueue(sim::text_answer("Fine."));
    Child child(agent.in_terminal({}));
    REQUIRE(child.wait_for("> "));
    child.type("Go.\n");
    REQUIRE(child.wait_for("I run."));
    child.type("y\n");
    REQUIRE(child.wait_for("Queued: y"));
    gate.release();
    REQUIRE(child.wait_for(question));
    child.type("n\n");
    REQUIRE(child.wait_for("Why not"));
    child.type("\n");
    REQUIRE(child.wait_for("answered | "));
    CHECK(agent.file("mark").empty());
    CHECK(has(last_message(agent, 1), "\"y\""));
}

TEST_CASE("agent: Ctrl-C keeps what was typed for the conversation, and twice quits as ever") {
    AgentProgram agent(Model::none);
    sim::Latch gate;
    agent.simulator.enqueue(held(gate, sim::text_answer("That is all.")));
    agent.simulator.enqueue(sim::text_answer("Next answer."));
    Child child(agent.in_terminal({}));
    REQUIRE(child.wait_for("> "));
    child.type("Go.\n");
    REQUIRE(child.wait_for("That is"));
    child.type("use feet\n");
    REQUIRE(child.wait_for("Queued: use feet"));
    child.type("\003");
    REQUIRE(child.wait_for("cancelled | 1 step"));
    REQUIRE(child.wait_for("> ", 2));
    child.type("and now?\n");
    REQUIRE(child.wait_for("Next answer."));
    REQUIRE(child.wait_for("> ", 3));
    CHECK(has(json::serialize(agent.sent(1).at("messages")), "use feet"));
    child.type("\003");
    REQUIRE(child.wait_for("Ctrl-C again quits", 2));
    child.type("\003");
    CHECK(child.wait().exit_code == 130);
}

TEST_CASE("agent: lines of a pipe wait for their prompt, each a run of its own") {
    AgentProgram agent(Model::none);
    for (const auto text : {"One.", "Two.", "Three."})
        agent.simulator.enqueue(sim::text_answer(text));
    const auto result = agent.run({}, "one\ntwo\n/cost\nthree\n");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    const auto requests = agent.simulator.requests(sim::Simulator::chat);
    REQUIRE(requests.size() == 3);
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(agent.sent(i).at("messages").as_array().size() == 2 + 2 * i);
    CHECK_FALSE(has(result.err, "Queued"));
}

TEST_CASE("agent: a session goes on with the model that it last used, unless --model says else") {
    AgentProgram agent(Model::none);
    const auto head_model = [](const Result& result) {
        return text_at(of_type(result, "session").front(), "model");
    };
    for (int i = 0; i < 3; ++i) agent.simulator.enqueue(sim::text_answer("Yes."));
    CHECK(agent.run({"--jsonl", "--model", "first/model", "one"}).exit_code == 0);
    const auto second = agent.run({"--jsonl", "--resume"}, "two\n/model second/model\n");
    CHECK(head_model(second) == "first/model");
    CHECK(agent.sent(1).at("model") == "first/model");
    const auto third = agent.run({"--jsonl", "--resume"}, "three\n");
    CHECK(head_model(third) == "second/model");
    CHECK(agent.sent(2).at("model") == "second/model");
    const auto given = agent.run({"--jsonl", "--resume", "--model", "third/model"}, "/model\n");
    CHECK(head_model(given) == "third/model");
    CHECK(has(given.out, "Model: third/model"));
}

TEST_CASE("agent: a session goes on with the provider that it last used") {
    AgentProgram agent(Model::none);
    for (int i = 0; i < 3; ++i) agent.simulator.enqueue(sim::text_answer("Yes."));
    const auto uri =
        "anthropic:claude-sonnet-4-5@" + agent.simulator.base_url() + "?max_tokens=900";
    const auto run = [&](std::vector<std::string> arguments, const std::string& input) {
        auto command = agent.command(std::move(arguments), input);
        command.environment["ANTHROPIC_API_KEY"] = key;
        return chat_process::run(command);
    };
    CHECK(run({"--jsonl", "--session", "mine", "--model", uri}, "one\n").exit_code == 0);
    const auto second = run({"--jsonl", "--resume"},
                            "/model\n/model openai:gpt-5\n/model claude-opus-4-6\ntwo\n");
    INFO(second.out << second.err);
    CHECK(second.exit_code == 0);
    CHECK(has(second.out, "Model: " + uri));
    CHECK(has(second.out, "Another provider needs a new start"));
    const auto third = run({"--jsonl", "--session", "mine"}, "three\n");
    CHECK(third.exit_code == 0);
    const auto requests = agent.simulator.requests("POST /messages");
    REQUIRE(requests.size() == 3);
    CHECK(requests[1].json().at("model") == "claude-opus-4-6");
    CHECK(requests[2].json().at("model") == "claude-opus-4-6");
    CHECK(requests[2].json().at("max_tokens") == 900);
    CHECK(requests[2].json().at("messages").as_array().size() == 5);
}

TEST_CASE("agent: /model works with the window of the model that it names") {
    AgentProgram agent(Model::none);
    for (int i = 0; i < 2; ++i) agent.simulator.enqueue(sim::text_answer("Yes."));
    const auto result = agent.run({"--jsonl", "--model", "anthropic/claude-sonnet-4.5"},
                                  "one\n/model simulator/free\ntwo\n/model no/model\n");
    INFO(result.out);
    const auto usage = of_type(result, "step_usage");
    REQUIRE(usage.size() == 2);
    CHECK(usage[0].at("context_usable").as_int64() > usage[1].at("context_usable").as_int64());
    CHECK(has(result.out, "The server's list of models has no no/model."));
    CHECK_FALSE(has(result.out, "has no simulator/free"));
}
