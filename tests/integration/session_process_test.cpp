#include "session_fixture.hpp"

#include <signal.h>

using namespace capstan;
using namespace test;
using Kind = SessionError::Kind;

TEST_CASE("a session that is open in a living process is not open to others, and at once after") {
    const TemporaryFolder folder;
    const auto path = folder.path("state.db");
    const auto file = folder.path("child");
    const auto store = sqlite_sessions(path);
    const auto id = run_awaitable(store->create(unlimited())).id();
    run_awaitable(store->list());  // by then the session is closed
    for (int round = 0; round < 3; ++round) {
        std::filesystem::remove(file);
        ChildProcess child({SESSION_CHILD, "hold", path, id, file});
        REQUIRE(eventually([&] { return std::filesystem::exists(file); }));
        const pid_t grandchild = std::stoi(read_file(file));
        CHECK(session_fault([&] { run_awaitable(store->open(id)); }) == Kind::in_use);
        CHECK(session_fault([&] { run_awaitable(store->remove(id)); }) == Kind::in_use);
        child.kill();
        child.wait();
        // What the dead one had started lives on and blocks nobody.
        CHECK(::kill(grandchild, 0) == 0);
        CHECK(run_awaitable(store->open(id)).id() == id);
        ::kill(grandchild, SIGKILL);
        run_awaitable(store->list());
    }
}
