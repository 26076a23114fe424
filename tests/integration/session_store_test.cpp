#include "session_fixture.hpp"

#include <capstan/context.hpp>

#include <sqlite3.h>

using namespace capstan;
using namespace test;
using Kind = SessionError::Kind;
using namespace std::chrono_literals;

namespace {

void sql(const std::string& path, const std::string& text) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, text.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    CHECK(sqlite3_changes(db) > 0);
    sqlite3_close(db);
}

std::vector<std::string> ids_of(SessionStore& store) {
    std::vector<std::string> ids;
    for (const auto& info : run_awaitable(store.list())) ids.push_back(info.id);
    return ids;
}

/// A whole run under a new id.
std::string make_session(SessionStore& store, std::size_t results, std::string workspace = {}) {
    auto session = run_awaitable(store.create(unlimited(), std::move(workspace)));
    play(session, results);
    return session.id();
}

void check_resumable(SessionStore& store) {
    auto session = run_awaitable(store.create(unlimited(), "/home/me"));
    CHECK(session.info().status == "new");
    CHECK(session.run().options().session_id == session.id());
    const auto id = session.id();
    play(session, 4);
    session.set_model("openai/gpt-5-mini");
    const auto state = state_of(session);
    { const auto gone = std::move(session); }
    const auto again = run_awaitable(store.open(id));
    CHECK(state_of(again) == state);
    CHECK(again.info().title == "Do it all, please");
    CHECK(again.info().model == "openai/gpt-5-mini");
    CHECK(again.info().workspace == "/home/me");
    CHECK(again.info().status == "answered");
    CHECK(again.info().events > 10);
    CHECK(again.info().created <= again.info().changed);
    CHECK_FALSE(again.info().cost.is_zero());
}

}  // namespace

TEST_CASE("a session in memory can be opened again") {
    SessionStore store;
    check_resumable(store);
}

TEST_CASE("a session in a file can be opened again, also by another store") {
    const TemporaryFolder folder;
    const auto path = folder.path("deep/state.db");
    auto one = sqlite_sessions(path);
    check_resumable(*one);
    const auto id = ids_of(*one).at(0);
    const auto state = state_of(run_awaitable(one->open(id)));
    one.reset();
    CHECK(state_of(run_awaitable(sqlite_sessions(path)->open(id))) == state);
}

TEST_CASE("a session begins with a history, if it has one") {
    SessionStore store;
    Conversation history;
    history.add_user("Earlier").add_assistant("Indeed");
    const auto id = run_awaitable(store.create(unlimited(), {}, history)).id();
    const auto session = run_awaitable(store.open(id));
    CHECK(session.run().transcript().to_json_text() == history.to_json_text());
}

TEST_CASE("the session that was used last comes first") {
    SessionStore store;
    const auto a = make_session(store, 2, "/a");
    const auto b = make_session(store, 2, "/b");
    const auto c = make_session(store, 2, "/a");
    CHECK(ids_of(store) == std::vector{c, b, a});
    CHECK(run_awaitable(store.latest("/a")) == c);
    CHECK(run_awaitable(store.latest("/b")) == b);
    CHECK_FALSE(run_awaitable(store.latest("/c")));
    auto session = run_awaitable(store.open(a));
    append(session, said("And one thing more"));
    CHECK(ids_of(store) == std::vector{a, c, b});
    CHECK(run_awaitable(store.latest("/a")) == a);
}

TEST_CASE("a prefix of an id opens a session when it is the only one") {
    SessionStore store;
    const auto a = make_session(store, 2);
    const auto b = make_session(store, 2);
    CHECK(run_awaitable(store.open(a.substr(0, 20))).id() == a);
    CHECK(session_fault([&] { run_awaitable(store.open(a.substr(0, 4))); }) == Kind::ambiguous);
    CHECK(session_fault([&] { run_awaitable(store.open("")); }) == Kind::not_found);
    CHECK(session_fault([&] { run_awaitable(store.open("1999")); }) == Kind::not_found);
    CHECK(session_fault([&] { run_awaitable(store.open(a + "x")); }) == Kind::not_found);
}

TEST_CASE("a session is open once, in all stores of a file") {
    const TemporaryFolder folder;
    auto one = sqlite_sessions(folder.path("state.db"));
    auto two = sqlite_sessions(folder.path("state.db"));
    auto session = run_awaitable(one->create(unlimited()));
    append(session, said("Hello"));
    const auto id = session.id();
    CHECK(session_fault([&] { run_awaitable(one->open(id)); }) == Kind::in_use);
    CHECK(session_fault([&] { run_awaitable(two->open(id)); }) == Kind::in_use);
    CHECK(session_fault([&] { run_awaitable(two->remove(id)); }) == Kind::in_use);
    CHECK(run_awaitable(two->fork(id)).info().forked_from == id);
    { const auto gone = std::move(session); }
    CHECK_NOTHROW(run_awaitable(one->list()));  // by then it is closed
    CHECK(run_awaitable(two->open(id)).info().events == 1);
}

TEST_CASE("a removed session is gone") {
    SessionStore store;
    const auto a = make_session(store, 2);
    const auto b = make_session(store, 2);
    run_awaitable(store.remove(a));
    CHECK(ids_of(store) == std::vector{b});
    CHECK(session_fault([&] { run_awaitable(store.open(a)); }) == Kind::not_found);
    CHECK(session_fault([&] { run_awaitable(store.remove(a)); }) == Kind::not_found);
    CHECK(session_fault([&] { run_awaitable(store.remove("")); }) == Kind::not_found);
}

TEST_CASE("what is noted is written before long, and when the session or the store ends") {
    const TemporaryFolder folder;
    auto store = sqlite_sessions(folder.path("state.db"));
    auto other = sqlite_sessions(folder.path("state.db"));
    auto session = run_awaitable(store->create(unlimited()));
    session.note(said("One"), 1ms);
    const auto events = [&] { return run_awaitable(other->list()).at(0).events; };
    CHECK(eventually([&] { return events() == 1; }));
    session.note(said("Two"), 2ms);
    session.set_title("A title");
    const auto id = session.id();
    SECTION("the session ends") {
        { const auto gone = std::move(session); }
        CHECK(run_awaitable(store->open(id)).info().events == 2);
    }
    SECTION("the store ends first") {
        store.reset();
        CHECK(session.info().events == 2);
        CHECK(session_fault([&] { append(session, said("Three")); }) == Kind::closed);
        CHECK(session_fault([&] { run_awaitable(session.flush()); }) == Kind::closed);
        CHECK(session.run().transcript().size() >= 1);
    }
    SECTION("somebody waits for it") {
        run_awaitable(session.flush());
    }
    CHECK(events() == 2);
    CHECK(run_awaitable(other->list()).at(0).title == "A title");
}

TEST_CASE("a fork has the first events of a session that is open, and its own life") {
    SessionStore store;
    auto session = run_awaitable(store.create(unlimited(), "/w"));
    session.note(said("Begin"), 1ms);
    auto fork = run_awaitable(store.fork(session.id()));
    CHECK(fork.info().events == 1);
    CHECK(fork.info().workspace == "/w");
    CHECK(fork.info().title == "Begin");
    play(fork, 2);
    CHECK(fork.info().status == "answered");
    CHECK(session.info().status == "running");
    CHECK(run_awaitable(store.fork(fork.id(), 0)).info().status == "new");
    CHECK(session_fault([&] { run_awaitable(store.fork(fork.id(), 999)); }) == Kind::not_found);
}

TEST_CASE("a fork at any event of a stored session goes on to the end") {
    SessionStore store;
    const auto id = make_session(store, 4);
    const auto count = run_awaitable(store.open(id)).info().events;
    for (std::int64_t at = 0; at <= count; ++at) {
        auto fork = run_awaitable(store.fork(id, at));
        CHECK(fork.info().events == at);
        play(fork, 4);
        CHECK(fork.info().status == "answered");
        CHECK(transcript_fault(fork.run().transcript()).empty());
        const auto state = state_of(fork);
        const auto fork_id = fork.id();
        { const auto gone = std::move(fork); }
        CHECK(state_of(run_awaitable(store.open(fork_id))) == state);
    }
    CHECK(ids_of(store).size() == static_cast<std::size_t>(count) + 2);
}

TEST_CASE("damage is told with its event, and what is before it can be had") {
    const TemporaryFolder folder;
    const auto path = folder.path("state.db");
    auto store = sqlite_sessions(path);
    const auto id = make_session(*store, 4);
    const auto where = " WHERE name_space='session/" + id + "' AND key='event/00000007'";
    SECTION("changed") {
        sql(path, "UPDATE state_entry SET value=replace(value, '\"', '\"\"')" + where);
    }
    SECTION("cut") { sql(path, "UPDATE state_entry SET value=substr(value, 1, 30)" + where); }
    SECTION("emptied") { sql(path, "UPDATE state_entry SET value=''" + where); }
    SECTION("removed") { sql(path, "DELETE FROM state_entry" + where); }
    try {
        run_awaitable(store->open(id));
        FAIL("opened");
    } catch (const SessionError& error) {
        CHECK(error.kind() == Kind::damaged);
        CHECK(error.event() == 7);
        CHECK(std::string(error.what()).find("event 7") != std::string::npos);
    }
    // The failed opening keeps nothing locked.
    auto fork = run_awaitable(store->fork(id, 6));
    CHECK(fork.info().events == 6);
    play(fork, 4);
    CHECK(fork.info().status == "answered");
    CHECK(session_fault([&] { run_awaitable(store->fork(id)); }) == Kind::damaged);
    run_awaitable(store->remove(id));
    CHECK(ids_of(*store) == std::vector{fork.id()});
}

TEST_CASE("a bad entry of the list is shown as such, and mended by the session") {
    const TemporaryFolder folder;
    const auto path = folder.path("state.db");
    auto store = sqlite_sessions(path);
    const auto id = make_session(*store, 2);
    sql(path, "UPDATE state_entry SET value='[' WHERE name_space='sessions'");
    CHECK(run_awaitable(store->list()).at(0).status == "damaged");
    CHECK_FALSE(run_awaitable(store->latest()));
    auto session = run_awaitable(store->open(id));
    append(session, said("More"));
    CHECK(run_awaitable(store->list()).at(0).status == "running");
    CHECK(run_awaitable(store->latest()) == id);
}

TEST_CASE("a session whose file was removed or replaced is lost, and says so") {
    const TemporaryFolder folder;
    auto store = sqlite_sessions(folder.path("state.db"));
    auto session = run_awaitable(store->create(unlimited()));
    append(session, said("One"));
    for (const char* suffix : {"", "-wal", "-shm"}) {
        std::filesystem::remove(folder.path(std::string("state.db") + suffix));
    }
    CHECK(session_fault([&] { append(session, said("Two")); }) == Kind::lost);
    CHECK(session.info().events == 2);
    CHECK(ids_of(*store).empty());
    CHECK_FALSE(make_session(*store, 2).empty());  // others are not concerned
}

TEST_CASE("a damaged file is set aside, and that is told") {
    const TemporaryFolder folder;
    write_file(folder.path("state.db"), std::string(10'000, 'x'));
    const auto store = sqlite_sessions(folder.path("state.db"));
    CHECK(ids_of(*store).empty());
    REQUIRE(store->notices().size() == 1);
    CHECK(store->notices()[0].kind == StateNoticeKind::moved_corrupt);
    CHECK_FALSE(make_session(*store, 2).empty());
}

TEST_CASE("text that is no UTF-8 is in memory as it will be read again") {
    SessionStore store;
    auto session = run_awaitable(store.create(unlimited()));
    append(session, said("a\xff\xed\xa0\x80z"));
    run_event::ModelAnswered answer;
    ToolCall call;
    call.id = "call_1";
    call.name = "read";
    call.arguments = "{\"path\":\"\xed\xa0\xbd\xed\xb8\x82\xfe\"}";
    answer.message.tool_calls.push_back(call);
    append(session, answer);
    const auto state = state_of(session);
    const auto id = session.id();
    { const auto gone = std::move(session); }
    CHECK(state_of(run_awaitable(store.open(id))) == state);
}
