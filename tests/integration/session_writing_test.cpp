#include "failing_store.hpp"
#include "session_fixture.hpp"

#include <boost/asio/co_spawn.hpp>

using namespace capstan;
using namespace test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

struct Failing {
    std::shared_ptr<StoreControl> control = std::make_shared<StoreControl>();
    SessionStore store{std::make_unique<FailingStore>(control)};
};

/// Closes the session and reads it from the store.
std::string reopened(SessionStore& store, Session session) {
    const auto id = session.id();
    { const auto gone = std::move(session); }
    return state_of(run_awaitable(store.open(id)));
}

}  // namespace

TEST_CASE("an event that could not be written is written with the next one, whichever fails") {
    for (int failing = 0; failing < 20; ++failing) {
        for (const bool late : {false, true}) {
            Failing fixture;
            auto session = run_awaitable(fixture.store.create(unlimited()));
            int count = 0;
            int failures = 0;
            testing::play_to_end(session.run(), 4, [&](RunEvent event) {
                auto& left = late ? fixture.control->late_failures : fixture.control->failures;
                if (count++ == failing) left = 1;
                try {
                    return append(session, std::move(event));
                } catch (const StateError&) {
                    ++failures;
                    return session.run().outstanding();
                }
            });
            CHECK(failures == (failing < count ? 1 : 0));
            REQUIRE(session.run().finished());
            const auto state = state_of(session);
            CHECK(reopened(fixture.store, std::move(session)) == state);
        }
    }
}

TEST_CASE("the last event that could not be written is tried again without being asked") {
    Failing fixture;
    auto session = run_awaitable(fixture.store.create(unlimited()));
    fixture.control->failures = 1;
    CHECK_THROWS_AS(append(session, said("One")), StateError);
    const auto before = fixture.control->writes.load();
    CHECK(eventually([&] { return fixture.control->writes > before; }));
    CHECK_NOTHROW(run_awaitable(session.flush()));
    const auto state = state_of(session);
    CHECK(reopened(fixture.store, std::move(session)) == state);
}

TEST_CASE("what was appended while a write was under way is written in one transaction") {
    Failing fixture;
    std::vector<Session> sessions;
    for (int i = 0; i < 3; ++i) {
        sessions.push_back(run_awaitable(fixture.store.create(unlimited())));
    }
    fixture.control->block(true);
    asio::io_context io;
    int done = 0;
    const auto count = [&](std::exception_ptr error, const std::vector<RunCommand>&) {
        CHECK_FALSE(error);
        ++done;
    };
    asio::co_spawn(io, sessions[0].append(said("first"), 1ms), count);
    io.poll();
    REQUIRE(eventually([&] { return fixture.control->waiting.load(); }));
    const auto before = fixture.control->writes.load();
    for (int round = 0; round < 10; ++round) {
        for (auto& session : sessions) {
            asio::co_spawn(io, session.append(said("more"), 2ms), count);
        }
    }
    io.poll();
    CHECK(done == 0);
    fixture.control->block(false);
    io.run();
    CHECK(done == 31);
    CHECK(fixture.control->writes - before <= 2);
    const auto state = state_of(sessions[1]);
    CHECK(reopened(fixture.store, std::move(sessions[1])) == state);
}

TEST_CASE("a failed transaction fails for everybody who waited for it, once") {
    Failing fixture;
    auto session = run_awaitable(fixture.store.create(unlimited()));
    fixture.control->block(true);
    fixture.control->failures = 1;
    asio::io_context io;
    int failed = 0;
    const auto count = [&](std::exception_ptr error, const std::vector<RunCommand>&) {
        failed += error != nullptr;
    };
    for (int i = 0; i < 5; ++i) asio::co_spawn(io, session.append(said("x"), 1ms), count);
    io.poll();
    fixture.control->block(false);
    io.run();
    CHECK(failed >= 1);
    CHECK_NOTHROW(run_awaitable(session.flush()));
    CHECK(session.info().events == 5);
    const auto state = state_of(session);
    CHECK(reopened(fixture.store, std::move(session)) == state);
}

TEST_CASE("a wait that is given up loses no event") {
    Failing fixture;
    auto session = run_awaitable(fixture.store.create(unlimited()));
    fixture.control->block(true);
    {
        asio::io_context io;
        asio::co_spawn(io, session.append(said("x"), 1ms),
                       [](std::exception_ptr, const std::vector<RunCommand>&) {});
        io.poll();
        REQUIRE(eventually([&] { return fixture.control->waiting.load(); }));
    }
    fixture.control->block(false);
    const auto state = state_of(session);
    CHECK(reopened(fixture.store, std::move(session)) == state);
}

TEST_CASE("a store that hangs does not keep the program from ending") {
    const auto control = std::make_shared<StoreControl>();
    auto store = std::make_unique<SessionStore>(std::make_unique<FailingStore>(control));
    auto session = run_awaitable(store->create(unlimited()));
    control->block(true);
    session.note(said("x"), 1ms);
    const auto begin = std::chrono::steady_clock::now();
    store.reset();
    CHECK(std::chrono::steady_clock::now() - begin < 20s);
    CHECK(session.info().events == 1);
}

TEST_CASE("a store that cannot be read says so and may be tried again") {
    Failing fixture;
    const auto id = run_awaitable(fixture.store.create(unlimited())).id();
    for (int failing = 1; failing <= 3; ++failing) {
        fixture.control->read_failures = failing;
        CHECK_THROWS_AS(run_awaitable(fixture.store.open(id)), StateError);
        fixture.control->read_failures = 0;
        CHECK(run_awaitable(fixture.store.open(id)).id() == id);
    }
}
