#include "scripted_run.hpp"
#include "session/session_info.hpp"
#include "session/session_record.hpp"
#include "session/session_replay.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace capstan;
using namespace capstan::detail;
using capstan::testing::count_results;
using capstan::testing::play_to_end;
using capstan::testing::scripted_events;
using capstan::testing::ScriptedRun;
using Kind = SessionError::Kind;
using std::chrono::milliseconds;

namespace {

AgentRun new_run(const std::string& id, std::int64_t steps = 50) {
    AgentRunOptions options;
    options.session_id = id;
    options.limits.max_steps(steps).max_tool_calls({});
    return AgentRun(options);
}

/// A session as a store would have it, and the run that went with it.
struct Written {
    StoredSession stored;
    LoadedSession loaded;

    explicit Written(AgentRun run = new_run("s1")) {
        SessionInfo info;
        info.id = stored.id = "s1";
        info.workspace = "/home/me";
        loaded = begin_session(info, std::move(run), stored.head);
    }

    void add(const json::object& value, milliseconds active) {
        auto text = write_session_record(loaded.sum, active, capstan::to_json_text(value));
        stored.events.emplace_back(stored.events.size() + 1, std::move(text));
        loaded.info.events = static_cast<std::int64_t>(stored.events.size());
        stored.info = capstan::to_json_text(capstan::detail::to_json(loaded.info));
    }

    std::vector<RunCommand> add(const RunEvent& event) {
        const milliseconds active(stored.events.size());
        auto commands = loaded.run.handle(event, active);
        title_session(loaded.info, event);
        add(capstan::to_json(event), active);
        return commands;
    }
};

Written written(std::size_t results) {
    Written session;
    for (const auto& event : scripted_events(session.loaded.run, results)) session.add(event);
    return session;
}

std::string state_of(const AgentRun& run) { return to_json_text(run.to_json()); }

/// The kind and the event of the error that loading gives.
std::pair<Kind, std::int64_t> fault(const StoredSession& stored) {
    try {
        load_session(stored);
    } catch (const SessionError& error) {
        return {error.kind(), error.event()};
    }
    return {Kind::closed, -1};
}

StoredSession fork_of(const StoredSession& stored, std::int64_t count, std::string id) {
    std::vector<std::string> records;
    auto fork = fork_session(stored, count, id, records);
    StoredSession result;
    result.id = id;
    result.head = records.front();
    for (std::size_t i = 1; i < records.size(); ++i) result.events.emplace_back(i, records[i]);
    CHECK(state_of(load_session(result).run) == state_of(fork.run));
    return result;
}

}  // namespace

TEST_CASE("a session is loaded as it was after any event") {
    const auto events = scripted_events(new_run("s1"), 6);
    REQUIRE(events.size() > 15);
    Written session;
    for (const auto& event : events) {
        session.add(event);
        const auto loaded = load_session(session.stored);
        REQUIRE(state_of(loaded.run) == state_of(session.loaded.run));
        REQUIRE(loaded.sum == session.loaded.sum);
        CHECK(loaded.info.title == "Do it all, please");
        CHECK(loaded.info.workspace == "/home/me");
        CHECK(loaded.info.events == session.loaded.info.events);
    }
    const auto loaded = load_session(session.stored);
    CHECK(loaded.info.status == "answered");
    CHECK(loaded.info.cost == Money::from_nano_usd(4'000));
}

TEST_CASE("limits that were changed in between count when a session is loaded") {
    Written session(new_run("s1", 1));
    for (const auto& event : scripted_events(session.loaded.run, 6)) session.add(event);
    CHECK(session.loaded.run.finished()->reason == StopReason::max_steps);
    session.loaded.run.limits().max_steps(10);
    session.add(limits_record(AgentLimits(session.loaded.run.options().limits).max_steps(10)),
                milliseconds(100));
    ScriptedRun script(4);
    const run_event::UserSaid more(UserMessage(Content("Go on")));
    script.take(session.loaded.run, session.add(more));
    while (auto event = script.next()) script.take(session.loaded.run, session.add(*event));
    CHECK(session.loaded.run.finished()->reason == StopReason::answered);
    CHECK(state_of(load_session(session.stored).run) == state_of(session.loaded.run));
}

TEST_CASE("damage is found at the event where it is") {
    const auto session = written(4);
    const auto& events = session.stored.events;
    CHECK(fault(session.stored) == std::pair(Kind::closed, std::int64_t{-1}));
    for (std::size_t i = 0; i < events.size(); ++i) {
        const auto number = static_cast<std::int64_t>(i) + 1;
        auto changed = session.stored;
        changed.events[i].second.back() ^= 1;
        CHECK(fault(changed) == std::pair(Kind::damaged, number));
        auto cut = session.stored;
        cut.events[i].second.resize(cut.events[i].second.size() / 2);
        CHECK(fault(cut) == std::pair(Kind::damaged, number));
        auto missing = session.stored;
        missing.events.erase(missing.events.begin() + static_cast<std::ptrdiff_t>(i));
        CHECK(fault(missing) == std::pair(Kind::damaged, number));
        auto lost = session.stored;  // the end is gone, and only the list knows
        lost.events.resize(i);
        CHECK(fault(lost) == std::pair(Kind::damaged, number));
        CHECK(fork_of(changed, number - 1, "s2").events.size() == i);
    }
    auto headless = session.stored;
    headless.head.pop_back();
    CHECK(fault(headless) == std::pair(Kind::damaged, std::int64_t{0}));
}

TEST_CASE("an event that is written well but is none is damage, too") {
    Written session;
    session.add(scripted_events(session.loaded.run, 2).front());
    session.add(parse_json(R"({"type":"telepathy"})").as_object(), milliseconds(9));
    CHECK(fault(session.stored) == std::pair(Kind::damaged, std::int64_t{2}));
}

TEST_CASE("a session of a newer version is refused as such") {
    StoredSession stored;
    std::string sum;
    stored.head = write_session_record(sum, milliseconds(0), R"({"format":2})");
    CHECK(fault(stored) == std::pair(Kind::newer, std::int64_t{0}));
}

TEST_CASE("a damaged entry of the list does not keep a session from being loaded") {
    auto session = written(4);
    session.stored.info = "{";
    const auto loaded = load_session(session.stored);
    CHECK(loaded.info.title == "Do it all, please");
    CHECK(loaded.info.workspace == "/home/me");
    CHECK(loaded.info.status == "answered");
    CHECK(state_of(loaded.run) == state_of(session.loaded.run));
}

TEST_CASE("a fork at every event goes on to the end under its own id") {
    const auto session = written(6);
    const auto count = static_cast<std::int64_t>(session.stored.events.size());
    for (std::int64_t at = 0; at <= count; ++at) {
        auto fork = load_session(fork_of(session.stored, at, "s2"));
        CHECK(fork.info.id == "s2");
        CHECK(fork.info.forked_from == "s1");
        CHECK(fork.run.options().session_id == "s2");
        for (const auto& asked : fork.run.pending_approvals()) {
            CHECK(asked.fingerprint ==
                  approval_fingerprint("s2", asked.call_id, asked.tool, asked.arguments));
        }
        play_to_end(fork.run, 6, [&](const RunEvent& event) {
            return fork.run.handle(event, milliseconds(1'000));
        });
        REQUIRE(fork.run.finished());
        CHECK(fork.run.finished()->reason == StopReason::answered);
        CHECK(transcript_fault(fork.run.transcript()).empty());
        const bool whole = at == count;
        if (whole) {
            CHECK(fork.run.transcript().to_json_text() ==
                  session.loaded.run.transcript().to_json_text());
        }
    }
    std::vector<std::string> records;
    CHECK_THROWS_AS(fork_session(session.stored, count + 1, "s2", records), SessionError);
    CHECK_THROWS_AS(fork_session(session.stored, -1, "s2", records), SessionError);
}

TEST_CASE("an approval counts for the exact arguments, whatever somebody wrote into the log") {
    Written session;
    ScriptedRun script(2);
    script.begin(session.loaded.run);
    std::optional<ApprovalAnswer> allowed;
    while (auto event = script.next()) {
        if (const auto* approved = std::get_if<run_event::Approved>(&*event)) {
            allowed = approved->answer;
            break;
        }
        script.take(session.loaded.run, session.add(*event));
    }
    REQUIRE(allowed);
    // The same log with other arguments and sums that fit them, and then the approval.
    Written forged;
    for (const auto& [number, text] : session.stored.events) {
        auto json = text.substr(text.find('{'));
        constexpr std::string_view honest = R"({ \"n\":0})";
        for (auto at = json.find(honest); at != std::string::npos; at = json.find(honest, at + 1)) {
            json.replace(at, honest.size(), R"({ \"n\":666})");
        }
        forged.add(parse_json(json).as_object(), milliseconds(number));
    }
    auto loaded = load_session(forged.stored);
    REQUIRE(loaded.run.pending_approvals().size() == 1);
    CHECK(loaded.run.pending_approvals()[0].arguments == R"({ "n":666})");
    CHECK(loaded.run.handle(run_event::Approved(*allowed), milliseconds(100)).empty());
    CHECK(loaded.run.pending_approvals().size() == 1);
    // Without the forgery it counts.
    auto honest = load_session(session.stored);
    CHECK(honest.run.pending_approvals().size() == 1);
    CHECK_FALSE(honest.run.handle(run_event::Approved(*allowed), milliseconds(100)).empty());
}

TEST_CASE("ten thousand events are loaded well under a second") {
    Written session(new_run("s1", 100'000));
    for (const auto& event : scripted_events(session.loaded.run, 2'900)) session.add(event);
    REQUIRE(session.stored.events.size() > 10'000);
    const auto begin = std::chrono::steady_clock::now();
    const auto loaded = load_session(session.stored);
    const auto time = std::chrono::steady_clock::now() - begin;
    CHECK(loaded.run.finished());
    // A generous limit, for sanitizers and busy machines.
    CHECK(time < std::chrono::seconds(10));
    CHECK(count_results(loaded.run) == 2'900);
}
