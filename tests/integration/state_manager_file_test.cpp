#include "child_process.hpp"

#include <capstan/state_manager.hpp>

#include <catch2/catch_test_macros.hpp>

#include <future>
#include <thread>

using namespace capstan;
using namespace std::chrono_literals;
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

}  // namespace

TEST_CASE("two managers of one file: the last writer of a key wins, other keys stay") {
    const TemporaryFolder folder;
    StateManager one(file(folder), slow());
    StateManager two(file(folder), slow());
    CHECK_FALSE(two.get("a"));
    one.set("a", 1);
    one.set("b", 1);
    CHECK(one.flush(5s));
    two.set("a", 2);
    two.set("c", 2);
    CHECK(two.flush(5s));
    CHECK(two.get("b") == 1);
    CHECK(one.get("a") == 1);
    CHECK(one.reload(5s));
    CHECK(one.get("a") == 2);
    CHECK(one.get("c") == 2);
    two.remove("b");
    CHECK(two.flush(5s));
    CHECK(one.reload(5s));
    CHECK_FALSE(one.get("b"));
}

TEST_CASE("updates of two managers add up") {
    const TemporaryFolder folder;
    StateManager one(file(folder), slow());
    StateManager two(file(folder), slow());
    CHECK(one.increment("n", 5) == 5);
    CHECK(two.increment("n", 7) == 7);
    CHECK(one.flush(5s));
    CHECK(two.flush(5s));
    CHECK(two.get("n") == 12);
    CHECK(one.reload(5s));
    CHECK(one.get("n") == 12);
    const auto append = [](std::optional<json::value> old) {
        json::array list = old ? old->as_array() : json::array{};
        list.push_back(json::value(list.size()));
        return json::value(std::move(list));
    };
    one.update("list", append);
    two.update("list", append);
    CHECK(one.flush(5s));
    CHECK(two.flush(5s));
    CHECK(two.get("list")->as_array().size() == 2);
}

TEST_CASE("others' changes appear by themselves when asked for") {
    const TemporaryFolder folder;
    auto options = slow();
    options.poll_interval = 5ms;
    StateManager one(file(folder), options);
    StateManager two(file(folder), slow());
    two.set("a", 1);
    CHECK(two.flush(5s));
    CHECK(eventually([&] { return one.get("a").has_value(); }));
}

TEST_CASE("when the file is lost, the values are written to a new one") {
    const TemporaryFolder folder;
    StateManager state(file(folder), slow());
    state.set("a", 1);
    CHECK(state.flush(5s));
    for (const auto& name : folder.names("state.db")) std::filesystem::remove(folder.path(name));
    state.set("b", 2);
    CHECK(state.flush(5s));
    StateManager other(file(folder));
    CHECK(other.get("a") == 1);
    CHECK(other.get("b") == 2);
}

TEST_CASE("a corrupt file is told and forgotten") {
    const TemporaryFolder folder;
    test::write_file(folder.path("state.db"), std::string(5000, '?'));
    std::promise<StateNotice> told;
    auto options = quick();
    options.on_notice = [&](const StateNotice& notice) { told.set_value(notice); };
    StateManager state(file(folder), options);
    state.set("a", 1);
    CHECK(state.flush(5s));
    CHECK(told.get_future().get().kind == StateNoticeKind::moved_corrupt);
}

TEST_CASE("without any place to store, values live in memory and flush says so") {
    const TemporaryFolder folder;
    test::write_file(folder.path("file"), "x");
    auto options = quick();
    options.shutdown_timeout = 20ms;
    StateManager state(std::make_unique<SqliteStateStore>(folder.path("file/state.db")), options);
    state.set("a", 1);
    CHECK_FALSE(state.flush(50ms));
    CHECK(state.get("a") == 1);
    CHECK_FALSE(state.notices().empty());
}

TEST_CASE("many threads change and read at once") {
    const TemporaryFolder folder;
    StateManager state(file(folder), quick());
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&state, t] {
            for (int i = 0; i < 300; ++i) {
                state.increment("n");
                state.set("t" + std::to_string(t), i);
                state.get("t" + std::to_string((t + 1) % 4));
                if (i % 100 == 0) state.flush(5s);
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(state.flush(20s));
    CHECK(state.get("n") == 1200);
    StateManager copy(file(folder));
    CHECK(copy.get("n") == 1200);
    CHECK(copy.get("t3") == 299);
}
