#include "child_process.hpp"

#include <capstan/state_manager.hpp>

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <random>
#include <thread>

using namespace capstan;
using namespace std::chrono_literals;
using test::ChildProcess;
using test::TemporaryFolder;
using Clock = std::chrono::steady_clock;

namespace {

/// The counters that the child keeps; they outlive it.
class Progress {
public:
    explicit Progress(const std::string& path) {
        test::write_file(path, std::string(4096, '\0'));
        const int fd = ::open(path.c_str(), O_RDWR);
        memory_ = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        ::close(fd);
    }
    Progress(const Progress&) = delete;
    ~Progress() { ::munmap(memory_, 4096); }
    long made() const { return counters()[0]; }
    long saved() const { return counters()[1]; }

private:
    std::atomic<long>* counters() const { return static_cast<std::atomic<long>*>(memory_); }
    void* memory_;
};

long number(const StateManager& state, const std::string& key) {
    return static_cast<long>(as_int(state.get(key).value_or(0)).value_or(0));
}

/// The child sets "n", then "k<n mod 8>", to n. Returns n.
long check_prefix(const std::string& path) {
    StateManager state(std::make_unique<SqliteStateStore>(path));
    CHECK(state.notices().empty());
    const long n = number(state, "n");
    for (long i = std::max(1L, n - 7); i <= n; ++i) {
        const long stored = number(state, "k" + std::to_string(i % 8));
        // The very last one may be between its two steps.
        const bool in_between = i == n && stored == std::max(0L, n - 8);
        CHECK((stored == i || in_between));
    }
    return n;
}

template <class Predicate>
bool eventually(Predicate predicate) {
    const auto deadline = Clock::now() + 30s;
    while (!predicate() && Clock::now() < deadline) std::this_thread::sleep_for(1ms);
    return predicate();
}

}  // namespace

TEST_CASE("kill -9 at any moment leaves a consistent prefix with all that was saved") {
    const TemporaryFolder folder;
    const auto path = folder.path("state.db");
    std::mt19937 random(7);
    for (int round = 0; round < 30; ++round) {
        const Progress progress(folder.path("progress"));
        ChildProcess child({STATE_CHILD, "write", path, folder.path("progress")});
        if (round % 5 != 0) CHECK(eventually([&] { return progress.made() > 0; }));
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 80'000));
        child.kill();
        child.wait();
        const long n = check_prefix(path);
        CHECK(n >= progress.saved());
        if (progress.made() > 0) CHECK(n <= progress.made() + 1);
    }
    CHECK(folder.names("state.db.").empty());
}

TEST_CASE("kill -9 loses at most the window of writing behind") {
    const TemporaryFolder folder;
    const auto path = folder.path("state.db");
    const Progress progress(folder.path("progress"));
    ChildProcess child({STATE_CHILD, "write", path, folder.path("progress")});
    REQUIRE(eventually([&] { return progress.made() > 0; }));
    // The window is 50 ms; the rest is for a busy machine and its disk.
    std::deque<std::pair<Clock::time_point, long>> history;
    const auto end = Clock::now() + 2500ms;
    while (Clock::now() < end) {
        history.emplace_back(Clock::now(), progress.made());
        std::this_thread::sleep_for(5ms);
    }
    child.kill();
    const auto killed = Clock::now();
    child.wait();
    const long n = check_prefix(path);
    for (const auto& [time, made] : history) {
        if (time < killed - 1500ms) CHECK(n >= made);
    }
}

TEST_CASE("counters of two processes add up") {
    const TemporaryFolder folder;
    const auto path = folder.path("state.db");
    ChildProcess one({STATE_CHILD, "count", path, "1000"});
    ChildProcess two({STATE_CHILD, "count", path, "1000"});
    CHECK(one.wait() == 0);
    CHECK(two.wait() == 0);
    StateManager state(std::make_unique<SqliteStateStore>(path));
    CHECK(number(state, "counter") == 2000);
}

TEST_CASE("two processes that recover a bad file at once do not disturb each other") {
    const TemporaryFolder folder;
    const auto path = folder.path("state.db");
    test::write_file(path, std::string(9000, 'x'));
    std::vector<std::unique_ptr<ChildProcess>> children;
    for (int i = 0; i < 4; ++i) {
        std::vector<std::string> arguments = {STATE_CHILD, "count", path, "100"};
        children.push_back(std::make_unique<ChildProcess>(std::move(arguments)));
    }
    for (auto& child : children) CHECK(child->wait() == 0);
    StateManager state(std::make_unique<SqliteStateStore>(path));
    CHECK(number(state, "counter") == 400);
    CHECK(folder.names("state.db.corrupt-").size() == 1);
}
