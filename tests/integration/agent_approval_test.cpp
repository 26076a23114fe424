// Calls that wait for a person, or are not for the model to make.
#include "agent_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <thread>

using namespace capstan;
using namespace capstan::testing;
using namespace capstan::agent_event;

namespace {

/// A tool that counts its calls, and asks first.
struct Asking : AgentFixture {
    Asking() {
        add("risky", [this](json::value, ToolContext&) -> asio::awaitable<ToolResult> {
            ++made;
            co_return ToolResult("done");
        });
        options.approval.ask("risky");
        simulator.enqueue(calls({"risky"}));
    }

    int made = 0;
};

}  // namespace

TEST_CASE("an allowed call is made, once") {
    Asking asking;
    asking.simulator.enqueue(text_answer("Done."));

    const auto watched = asking.run("Go.", [&](AgentStream& stream, const AgentEvent& event) {
        const auto* wanted = std::get_if<ApprovalWanted>(&event);
        if (!wanted) return;
        CHECK(asking.made == 0);
        CHECK(wanted->request.tool == "risky");
        CHECK(stream.answer(ApprovalAnswer::allow(wanted->request)));
        CHECK(!stream.answer(ApprovalAnswer::allow(wanted->request)));
    });

    CHECK(watched.done().reason == StopReason::answered);
    CHECK(asking.made == 1);
}

TEST_CASE("a denial reaches the model with its reason") {
    Asking asking;
    asking.simulator.enqueue(text_answer("A pity."));

    const auto watched = asking.run("Go.", [&](AgentStream& stream, const AgentEvent& event) {
        if (const auto* wanted = std::get_if<ApprovalWanted>(&event))
            stream.answer(ApprovalAnswer::deny(wanted->request, "not on a Sunday"));
    });

    CHECK(watched.done().text == "A pity.");
    CHECK(watched.outcome("call_1").status == ToolStatus::denied);
    CHECK(asking.made == 0);
    const auto told = std::string(asking.last_message(1).at("content").as_string());
    CHECK(told.find("not on a Sunday") != std::string::npos);
}

TEST_CASE("always means: for the rest of the session") {
    Asking asking;
    asking.simulator.enqueue(calls({"risky"}));
    asking.simulator.enqueue(text_answer("Done."));

    const auto watched = asking.run("Go.", [&](AgentStream& stream, const AgentEvent& event) {
        if (const auto* wanted = std::get_if<ApprovalWanted>(&event))
            stream.answer(ApprovalAnswer::always(wanted->request));
    });

    CHECK(watched.all<ApprovalWanted>().size() == 1);
    CHECK(asking.made == 2);
}

TEST_CASE("an answer with another fingerprint counts for nothing") {
    Asking asking;
    const auto watched = asking.run("Go.", [&](AgentStream& stream, const AgentEvent& event) {
        const auto* wanted = std::get_if<ApprovalWanted>(&event);
        if (!wanted) return;
        auto answer = ApprovalAnswer::allow(wanted->request);
        answer.fingerprint.back() = answer.fingerprint.back() == '0' ? '1' : '0';
        CHECK(!stream.answer(answer));
        stream.cancel();
    });

    CHECK(watched.done().reason == StopReason::cancelled);
    CHECK(asking.made == 0);
}

TEST_CASE("a call that the policy denies is told with the policy's reason") {
    AgentFixture fixture;
    fixture.add("delete");
    fixture.options.approval.deny("del*", "nothing is deleted here");
    fixture.simulator.enqueue(calls({"delete"}));
    fixture.simulator.enqueue(text_answer("I see."));

    const auto watched = fixture.run();

    CHECK(watched.outcome("call_1").status == ToolStatus::denied);
    CHECK(watched.all<ToolStarted>().empty());
    CHECK(fixture.simulator.requests()[1].body.find("nothing is deleted here") !=
          std::string::npos);
}

TEST_CASE("a pending approval survives a restart of the program") {
    Asking asking;
    json::object saved;
    asking.run("Go.", [&](AgentStream& stream, const AgentEvent& event) {
        if (!std::holds_alternative<ApprovalWanted>(event)) return;
        saved = stream.run().to_json();
        stream.cancel();
    });
    asking.simulator.enqueue(text_answer("Done."));

    auto loaded = AgentRun::from_json(parse_json(to_json_text(saved)));
    const auto watched = asking.run(
        asking.agent().resume(std::move(loaded)), [](AgentStream& stream, const AgentEvent& event) {
            if (const auto* wanted = std::get_if<ApprovalWanted>(&event))
                CHECK(stream.answer(ApprovalAnswer::allow(wanted->request)));
        });

    CHECK(watched.done().text == "Done.");
    CHECK(asking.made == 1);
    CHECK(fault_of(asking.last) == "");
}

TEST_CASE("time in which a person is asked does not count as the run's") {
    Asking asking;
    asking.simulator.enqueue(text_answer("Done."));
    asking.options.limits.max_time(std::chrono::milliseconds(2'000));

    const auto watched = asking.run("Go.", [&](AgentStream& stream, const AgentEvent& event) {
        const auto* wanted = std::get_if<ApprovalWanted>(&event);
        if (!wanted) return;
        // A person who takes longer than the run may last.
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(2'100);
        while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
        stream.answer(ApprovalAnswer::allow(wanted->request));
    });

    CHECK(watched.done().reason == StopReason::answered);
    CHECK(watched.done().totals.active_time < std::chrono::milliseconds(2'000));
}
