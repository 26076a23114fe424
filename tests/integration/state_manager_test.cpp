#include "child_process.hpp"
#include "failing_store.hpp"

#include <capstan/state_manager.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <catch2/catch_test_macros.hpp>

#include <future>
#include <thread>

using namespace capstan;
using namespace std::chrono_literals;
using test::FailingStore;
using test::StoreControl;
using test::TemporaryFolder;
using Clock = std::chrono::steady_clock;

namespace {

StateManagerOptions quick() {
    StateManagerOptions options;
    options.write_delay = 20ms;
    options.max_write_delay = 100ms;
    options.retry_delay = 5ms;
    options.max_retry_delay = 20ms;
    return options;
}

/// Nothing is written unless somebody asks for it.
StateManagerOptions slow() {
    StateManagerOptions options;
    options.write_delay = options.max_write_delay = 1h;
    return options;
}

std::unique_ptr<StateStore> file(const TemporaryFolder& folder) {
    return std::make_unique<SqliteStateStore>(folder.path("state.db"));
}

template <class Predicate>
bool eventually(Predicate predicate) {
    const auto deadline = Clock::now() + 20s;
    while (!predicate() && Clock::now() < deadline) std::this_thread::sleep_for(1ms);
    return predicate();
}

template <class T>
T run(asio::awaitable<T> operation) {
    asio::io_context context;
    auto result = asio::co_spawn(context, std::move(operation), asio::use_future);
    context.run();
    return result.get();
}

/// A store that fails when it is told to.
struct Doubled {
    std::shared_ptr<StoreControl> control = std::make_shared<StoreControl>();
    std::unique_ptr<StateStore> store() { return std::make_unique<FailingStore>(control); }
};

}  // namespace

TEST_CASE("values are there at once") {
    StateManager state;
    CHECK_FALSE(state.get("a"));
    state.set("a", {{"x", 1}});
    CHECK(state.get("a")->at("x") == 1);
    CHECK(*state.get_text("a") == R"({"x":1})");
    state.set("b", nullptr);
    CHECK(state.get("b")->is_null());
    CHECK(state.keys() == std::vector<std::string>{"a", "b"});
    state.remove("a");
    CHECK_FALSE(state.get("a"));
    CHECK(state.flush(5s));
}

TEST_CASE("values survive the manager, even without a flush") {
    const TemporaryFolder folder;
    {
        StateManager state(file(folder), slow());
        state.set("a", 1);
        state.set("gone", 1);
        state.remove("gone");
    }
    StateManager state(file(folder));
    CHECK(state.get("a") == 1);
    CHECK(state.keys().size() == 1);
    CHECK(state.notices().empty());
}

TEST_CASE("name spaces of one file are apart") {
    const TemporaryFolder folder;
    auto options = quick();
    StateManager one(file(folder), options);
    options.name_space = "other";
    StateManager two(file(folder), options);
    one.set("a", 1);
    CHECK(one.flush(5s));
    CHECK(two.reload(5s));
    CHECK_FALSE(two.get("a"));
}

TEST_CASE("changes are written behind, many at once") {
    Doubled doubled;
    StateManager state(doubled.store(), quick());
    for (int i = 0; i < 1000; ++i) state.set("a", i);
    CHECK(eventually([&] { return doubled.control->writes > 0; }));
    CHECK(doubled.control->writes <= 2);
}

TEST_CASE("changes without a pause are written at the latest after the long delay") {
    Doubled doubled;
    auto options = quick();
    options.write_delay = 10s;
    options.max_write_delay = 30ms;
    StateManager state(doubled.store(), options);
    const auto start = Clock::now();
    for (int i = 0; doubled.control->writes == 0 && Clock::now() < start + 20s; ++i) {
        state.set("a", i);
        std::this_thread::sleep_for(1ms);
    }
    CHECK(doubled.control->writes > 0);
    CHECK(Clock::now() - start < 9s);
}

TEST_CASE("flush is true only if everything before it is saved") {
    Doubled doubled;
    StateManager state(doubled.store(), slow());
    CHECK(state.flush(0ms));
    state.set("a", 1);
    CHECK(state.flush(5s));
    doubled.control->block(true);
    state.set("a", 2);
    CHECK_FALSE(state.flush(30ms));
    state.set("a", 3);
    CHECK_FALSE(state.flush(0ms));
    doubled.control->block(false);
    CHECK(state.flush(5s));
}

TEST_CASE("what changes during a write is written by the next one") {
    Doubled doubled;
    StateManager state(doubled.store(), slow());
    doubled.control->block(true);
    state.set("a", 1);
    CHECK_FALSE(state.flush(10ms));
    CHECK(eventually([&] { return doubled.control->waiting.load(); }));
    state.set("a", 2);
    doubled.control->block(false);
    CHECK(state.flush(5s));
    CHECK(doubled.control->writes >= 1);
    CHECK(state.get("a") == 2);
}

TEST_CASE("failed writes are told and tried again, before and at the commit") {
    Doubled doubled;
    std::atomic<int> told = 0;
    auto options = quick();
    options.on_notice = [&](const StateNotice& notice) {
        if (notice.kind == StateNoticeKind::write_failed) ++told;
        throw std::runtime_error("contained");
    };
    StateManager state(doubled.store(), options);
    doubled.control->failures = 3;
    doubled.control->late_failures = 2;
    state.set("a", 1);
    state.increment("n");
    CHECK(eventually([&] { return doubled.control->writes == 1; }));
    CHECK(told == 5);
    CHECK(state.notices().size() == 5);
    CHECK(state.get("n") == 1);
    CHECK(state.flush(5s));
}

TEST_CASE("a store that cannot be read at first is read again") {
    Doubled doubled;
    doubled.control->read_failures = 2;
    StateManager state(doubled.store(), quick());
    CHECK_FALSE(state.get("a"));
    CHECK(eventually([&] { return doubled.control->read_failures == 0; }));
    CHECK(state.reload(5s));
    CHECK(state.notices().size() == 2);
    CHECK(state.notices()[0].kind == StateNoticeKind::load_failed);
}

TEST_CASE("the destructor's last write has a deadline") {
    Doubled doubled;
    auto options = slow();
    options.shutdown_timeout = 50ms;
    const auto start = Clock::now();
    {
        StateManager state(doubled.store(), options);
        state.set("a", 1);
        doubled.control->block(true);
    }
    CHECK(Clock::now() - start < 5s);
    CHECK(doubled.control->writes == 0);
}

TEST_CASE("the destructor gives up waiting for another process in time") {
    const TemporaryFolder folder;
    SqliteStateStore holder(folder.path("state.db"));
    holder.changes_since("x", {});
    std::promise<void> release;
    std::promise<void> held;
    std::thread writer([&] {
        holder.transact("x", {}, [&](const StateDelta&) {
            held.set_value();
            release.get_future().wait();
            return std::vector<StateEntry>{};
        });
    });
    held.get_future().wait();
    auto options = slow();
    options.shutdown_timeout = 50ms;
    const auto start = Clock::now();
    {
        StateManager state(file(folder), options);
        state.set("a", 1);
    }
    CHECK(Clock::now() - start < 4s);
    release.set_value();
    writer.join();
}

TEST_CASE("the last manager may be let go by its own callback") {
    Doubled doubled;
    doubled.control->failures = 1;
    std::shared_ptr<StateManager> state;
    std::promise<void> gone;
    std::promise<void> ready;
    auto options = quick();
    options.on_notice = [&](const StateNotice&) {
        ready.get_future().wait();
        state.reset();
        gone.set_value();
    };
    state = std::make_shared<StateManager>(doubled.store(), options);
    state->set("a", 1);
    ready.set_value();
    CHECK(gone.get_future().wait_for(20s) == std::future_status::ready);
    CHECK(eventually([&] { return doubled.control.use_count() == 1; }));
}

TEST_CASE("the asynchronous forms do not block") {
    Doubled doubled;
    StateManager state(doubled.store(), slow());
    run(state.loaded());
    state.set("a", 1);
    CHECK(run(state.flush_async(5s)));
    CHECK(run(state.reload_async(5s)));
    doubled.control->block(true);
    state.set("a", 2);
    CHECK_FALSE(run(state.flush_async(20ms)));
    doubled.control->block(false);
    CHECK(run(state.flush_async(5s)));
    CHECK(run(state.flush_async(0ms)));
}

TEST_CASE("a context may go while a coroutine waits for a flush") {
    Doubled doubled;
    auto options = slow();
    options.shutdown_timeout = 50ms;
    StateManager state(doubled.store(), options);
    doubled.control->block(true);
    state.set("a", 1);
    {
        asio::io_context context;
        asio::co_spawn(context, state.flush_async(1h), asio::detached);
        context.run_for(20ms);
    }
    doubled.control->block(false);
    CHECK(state.flush(5s));
}

TEST_CASE("jobs run on the manager's thread and their exceptions come out") {
    StateManager state;
    std::thread::id id;
    run(state.run([&] { id = std::this_thread::get_id(); }));
    CHECK(id != std::thread::id{});
    CHECK(id != std::this_thread::get_id());
    CHECK_THROWS_AS(run(state.run([] { throw std::logic_error("out"); })), std::logic_error);
}
