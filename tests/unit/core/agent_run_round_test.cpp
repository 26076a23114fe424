#include "run_driver.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace capstan::testing;
using run_event::Approved;
using run_event::StopWanted;
using run_event::ToolBegun;

TEST_CASE("A question that needs no tool is answered in one step") {
    Driver drive;
    CHECK(drive(said("Hello")) == "call 1");
    CHECK(drive(answer("Hi")) == "finish answered");
    CHECK(lines(drive.run) == "user: Hello\nassistant: Hi\n");
    CHECK(drive.run.state() == AgentRun::State::idle);
    CHECK(drive(said("And now?")) == "call 2");
    CHECK_FALSE(drive.run.finished());
}

TEST_CASE("Calls run in parallel, and their results stand in call order") {
    Driver drive;
    drive(said("Go"));
    CHECK(drive(answer(calls_of({{"a", "{}"}, {"b", "{}"}, {"c", "{}"}}))) == "check c1 c2 c3");
    CHECK(drive(all_checked(drive.run)) == "run c1, run c2, run c3");
    for (const char* id : {"c3", "c1", "c2"}) {
        CHECK(drive(ToolBegun(id)) == "");
        const bool last = id == std::string("c2");
        CHECK(drive(ended(id, "of " + std::string(id))) == (last ? "call 2" : ""));
    }
    CHECK(lines(drive.run) == "user: Go\ncalls c1 c2 c3\nc1: of c1\nc2: of c2\nc3: of c3\n");
    CHECK(drive.run.totals().tool_calls == 3);
}

TEST_CASE("No more tools run at once than the bound allows") {
    AgentRunOptions options;
    options.max_parallel_tools = 2;
    Driver drive(options);
    drive(said("Go"));
    drive(answer(calls_of({{"a", ""}, {"b", ""}, {"c", ""}})));
    CHECK(drive(all_checked(drive.run)) == "run c1, run c2");
    drive(ToolBegun("c2"));
    CHECK(drive(ended("c2")) == "run c3");
}

TEST_CASE("An exclusive call waits for those before it and holds up those behind it") {
    Driver drive;
    drive(said("Go"));
    drive(answer(calls_of({{"a", ""}, {"b", ""}, {"c", ""}})));
    auto checks = all_checked(drive.run);
    checks.calls[1].exclusive = true;
    CHECK(drive(checks) == "run c1");
    CHECK(drive(ended("c1")) == "run c2");
    CHECK(drive(ended("c2")) == "run c3");
    CHECK(drive(ended("c3")) == "call 2");
}

TEST_CASE("What a person denies does not run, and the model is told why") {
    Driver drive;
    drive(said("Go"));
    drive(answer(calls_of({{"rm", "{}"}, {"ls", "{}"}})));
    auto checks = all_checked(drive.run);
    checks.calls[0].permission = Permission::ask;
    CHECK(drive(checks) == "ask c1, run c2");
    CHECK(drive(ended("c2")) == "");
    const auto request = drive.run.pending_approvals().at(0);
    CHECK(drive(Approved(ApprovalAnswer::deny(request, "too dangerous"))) == "denied c1, call 2");
    CHECK(lines(drive.run).find("c1: The user denied this call: too dangerous\n") !=
          std::string::npos);
}

TEST_CASE("An approval counts only for the call that was asked about") {
    Driver drive;
    drive(said("Go"));
    drive(answer(calls_of({{"rm", "{\"path\":\"a\"}"}})));
    auto checks = all_checked(drive.run);
    checks.calls[0].permission = Permission::ask;
    drive(checks);
    auto yes = ApprovalAnswer::allow(drive.run.pending_approvals().at(0));
    auto wrong = yes;
    wrong.fingerprint = approval_fingerprint("", "c1", "rm", "{\"path\":\"b\"}");
    CHECK(drive(Approved(wrong)) == "");
    CHECK(drive.run.pending_approvals().size() == 1);
    CHECK(drive(Approved(yes)) == "run c1");
    CHECK(drive(Approved(yes)) == "");
}

TEST_CASE("Always means this call, the others that wait, and all that follow with that key") {
    Driver drive;
    drive(said("Go"));
    drive(answer(calls_of({{"rm", "1"}, {"rm", "2"}, {"mv", "3"}})));
    auto checks = all_checked(drive.run);
    for (auto& check : checks.calls) check.permission = Permission::ask;
    CHECK(drive(checks) == "ask c1, ask c2, ask c3");
    CHECK(drive(Approved(ApprovalAnswer::always(drive.run.pending_approvals().at(1)))) ==
          "run c1, run c2");
    drive(ended("c1"));
    drive(ended("c2"));
    drive(Approved(ApprovalAnswer::allow(drive.run.pending_approvals().at(0))));
    CHECK(drive(ended("c3")) == "call 2");
    drive(answer(calls_of({{"rm", "4"}, {"mv", "5"}})));
    checks.calls.pop_back();
    CHECK(drive(checks) == "ask c2, run c1");
}

TEST_CASE("What the user says during a round is taken in behind its results") {
    Driver drive;
    drive(said("Go"));
    drive(answer(calls_of({{"a", ""}})));
    drive(all_checked(drive.run));
    CHECK(drive(said("Wait, use b")) == "");
    CHECK(drive(ended("c1")) == "notice steering, call 2");
    CHECK(lines(drive.run) == "user: Go\ncalls c1\nc1: done\nuser: Wait, use b\n");
    CHECK(drive(said("Please")) == "");
    CHECK(drive(answer("Done")) == "notice steering, call 3");
}

TEST_CASE("A stop gives every open call an honest result") {
    Driver drive;
    drive(said("Go"));
    drive(answer(calls_of({{"a", ""}, {"b", ""}, {"c", ""}})));
    auto checks = all_checked(drive.run);
    checks.calls[2].permission = Permission::ask;
    drive(checks);
    drive(ToolBegun("c1"));
    CHECK(drive(StopWanted(StopReason::cancelled, "Ctrl-C")) ==
          "cancelled c1, cancelled c2, cancelled c3, finish cancelled");
    CHECK(lines(drive.run) == "user: Go\ncalls c1 c2 c3\n"
                              "c1: Cancelled while it ran (Ctrl-C). Whether it took effect, "
                              "wholly or in part, is not known.\n"
                              "c2: Not executed: the run was stopped (Ctrl-C).\n"
                              "c3: Not executed: the run was stopped (Ctrl-C).\n");
    CHECK(drive(ended("c1")) == "");
    CHECK(drive(StopWanted()) == "");
    CHECK(drive.run.finished()->reason == StopReason::cancelled);
}

TEST_CASE("Limits end a run before the next call of the model") {
    AgentRunOptions options;
    options.limits.max_steps(1);
    Driver drive(options);
    drive(said("Go"));
    drive(answer(calls_of({{"a", ""}})));
    drive(all_checked(drive.run));
    CHECK(drive(ended("c1")) == "finish max_steps");
    CHECK(drive(said("Go on")) == "call 2");
}
