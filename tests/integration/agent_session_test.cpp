#include "agent_fixture.hpp"
#include "child_process.hpp"
#include "failing_store.hpp"
#include "run_awaitable.hpp"

#include <capstan/session.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace capstan::testing;
using namespace capstan::literals;
using test::TemporaryFolder;

namespace {

/// An agent whose sessions are in a file; open() is what a program does when it starts again.
struct Kept : AgentFixture {
    Session create() {
        auto session = run_awaitable(store->create(AgentRunOptions(), "/home/me"));
        id = session.id();
        return session;
    }
    Session open() { return run_awaitable(store->open(id)); }

    Watched run_session(Session& session, std::optional<UserMessage> message = {},
                        Watcher watcher = {}) {
        return run(agent().run(session, std::move(message)), std::move(watcher));
    }

    TemporaryFolder folder;
    std::unique_ptr<SessionStore> store = std::make_unique<SessionStore>(
        std::make_unique<SqliteStateStore>(folder.path("state.db")));
    std::string id;
};

UserMessage say(std::string text) { return UserMessage(Content(std::move(text))); }

/// Stops awaiting, as a program that is left does.
struct Left {};

Watcher leave_at_approval(std::optional<ApprovalRequest>& request) {
    return [&request](AgentStream&, const AgentEvent& event) {
        if (const auto* wanted = std::get_if<agent_event::ApprovalWanted>(&event)) {
            request = wanted->request;
            throw Left();
        }
    };
}

}  // namespace

TEST_CASE("a conversation goes on in a session that is opened again") {
    Kept kept;
    kept.add("look");
    kept.simulator.enqueue(calls({"look"}));
    kept.simulator.enqueue(text_answer("I looked."));
    kept.simulator.enqueue(text_answer("I said that I looked."));
    {
        auto session = kept.create();
        CHECK(kept.run_session(session, say("Look!")).done().reason == StopReason::answered);
    }
    auto session = kept.open();
    CHECK(session.info().title == "Look!");
    CHECK(session.info().status == "answered");
    CHECK_FALSE(session.info().cost.is_zero());
    const auto watched = kept.run_session(session, say("What did you say?"));
    CHECK(watched.done().text == "I said that I looked.");
    const auto sent = kept.messages(2);
    REQUIRE(sent.size() == 5);  // user, calls, result, answer, user
    CHECK(sent[2].at("content").as_string() == "result of look");
    CHECK(sent[3].at("content").as_string() == "I looked.");
    CHECK(fault_of(session.run()).empty());
}

TEST_CASE("a pending approval survives a restart and is bound to its exact call") {
    Kept kept;
    int made = 0;
    ToolOptions options;
    options.permission = Permission::ask;
    kept.add("pay",
             [&made](json::value, ToolContext&) -> asio::awaitable<ToolResult> {
                 ++made;
                 co_return ToolResult("paid");
             },
             options);
    std::vector<AnswerToolCall> call;
    call.emplace_back("call_1", "pay", R"({"amount":1})");
    kept.simulator.enqueue(tool_call_answer(call));
    kept.simulator.enqueue(text_answer("It is paid."));
    std::optional<ApprovalRequest> before;
    {
        auto session = kept.create();
        const auto left = kept.run_session(session, say("Pay!"), leave_at_approval(before));
        CHECK(left.error);
        CHECK(session.info().status == "waiting");
    }
    REQUIRE(before);
    auto session = kept.open();
    CHECK(session.info().status == "waiting");
    std::optional<ApprovalRequest> after;
    const auto watched = kept.run_session(session, {}, [&](AgentStream& stream, const auto& event) {
        const auto* wanted = std::get_if<agent_event::ApprovalWanted>(&event);
        if (!wanted) return;
        after = wanted->request;
        auto forged = *before;
        forged.fingerprint = approval_fingerprint(session.id(), "call_1", "pay",
                                                  R"({"amount":1000})");
        CHECK_FALSE(stream.answer(ApprovalAnswer::allow(forged)));
        CHECK(made == 0);
        CHECK(stream.answer(ApprovalAnswer::allow(*before)));
        CHECK_FALSE(stream.answer(ApprovalAnswer::allow(*before)));
    });
    CHECK(watched.done().text == "It is paid.");
    REQUIRE(after);
    CHECK(after->fingerprint == before->fingerprint);
    CHECK(after->arguments == R"({"amount":1})");
    CHECK(made == 1);
}

TEST_CASE("an approval that was given for one session does not count in its fork") {
    Kept kept;
    ToolOptions options;
    options.permission = Permission::ask;
    kept.add("pay", options);
    kept.simulator.enqueue(calls({"pay"}));
    kept.simulator.enqueue(text_answer("It is paid."));
    std::optional<ApprovalRequest> request;
    auto session = kept.create();
    kept.run_session(session, say("Pay!"), leave_at_approval(request));
    REQUIRE(request);
    auto fork = run_awaitable(kept.store->fork(session.id()));
    int refused = 0;
    const auto watched = kept.run_session(fork, {}, [&](AgentStream& stream, const auto& event) {
        const auto* wanted = std::get_if<agent_event::ApprovalWanted>(&event);
        if (!wanted) return;
        refused += !stream.answer(ApprovalAnswer::allow(*request));
        CHECK(stream.answer(ApprovalAnswer::allow(wanted->request)));
    });
    CHECK(refused == 1);
    CHECK(watched.done().reason == StopReason::answered);
    CHECK(session.info().status == "waiting");
}

TEST_CASE("what was always allowed in a session is still allowed when it is opened again") {
    Kept kept;
    ToolOptions options;
    options.permission = Permission::ask;
    kept.add("pay", options);
    kept.simulator.enqueue(calls({"pay"}));
    kept.simulator.enqueue(text_answer("Paid."));
    std::vector<AnswerToolCall> again;
    again.emplace_back("call_2", "pay", R"({"n":2})");
    kept.simulator.enqueue(tool_call_answer(again));
    kept.simulator.enqueue(text_answer("Paid again."));
    {
        auto session = kept.create();
        kept.run_session(session, say("Pay!"), [](AgentStream& stream, const AgentEvent& event) {
            if (const auto* wanted = std::get_if<agent_event::ApprovalWanted>(&event))
                stream.answer(ApprovalAnswer::always(wanted->request));
        });
    }
    auto session = kept.open();
    const auto watched = kept.run_session(session, say("Pay again!"));
    CHECK(watched.all<agent_event::ApprovalWanted>().empty());
    CHECK(watched.done().text == "Paid again.");
}

TEST_CASE("the limits of the agent count, also for a session that has hit them") {
    Kept kept;
    kept.add("look");
    kept.simulator.enqueue(calls({"look"}));
    kept.simulator.enqueue(text_answer("Seen."));
    kept.options.limits.max_steps(1);
    {
        auto session = kept.create();
        CHECK(kept.run_session(session, say("Look!")).done().reason == StopReason::max_steps);
    }
    kept.options.limits.max_steps(5);
    std::string state;
    {
        auto session = kept.open();
        CHECK(session.info().status == "max_steps");
        CHECK(kept.run_session(session, say("Go on")).done().text == "Seen.");
        state = to_json_text(session.run().to_json());
    }
    const auto session = kept.open();
    CHECK(to_json_text(session.run().to_json()) == state);
    CHECK(session.run().options().limits.max_steps() == 5);
}

TEST_CASE("nothing is done that could not be written down before") {
    AgentFixture fixture;
    int made = 0;
    fixture.add("pay", [&made](json::value, ToolContext&) -> asio::awaitable<ToolResult> {
        ++made;
        co_return ToolResult("paid");
    });
    fixture.simulator.enqueue(calls({"pay"}));
    const auto control = std::make_shared<test::StoreControl>();
    SessionStore store(std::make_unique<test::FailingStore>(control));
    auto session = run_awaitable(store.create(AgentRunOptions()));
    const auto fail = [&](AgentStream&, const AgentEvent& event) {
        if (std::holds_alternative<agent_event::Text>(event) ||
            std::holds_alternative<agent_event::Answer>(event) ||
            std::holds_alternative<agent_event::StepUsage>(event))
            control->failures = 1'000;
    };
    const auto watched = fixture.run(fixture.agent().run(session, say("Pay!")), fail);
    CHECK(made == 0);
    REQUIRE(watched.error);
    CHECK_THROWS_AS(std::rethrow_exception(watched.error), StateError);
    // When the disk has room again, it goes on from there.
    control->failures = 0;
    fixture.simulator.enqueue(text_answer("Paid."));
    CHECK(fixture.run(fixture.agent().run(session)).done().reason == StopReason::answered);
    CHECK(made <= 1);
    CHECK(fault_of(session.run()).empty());
}
