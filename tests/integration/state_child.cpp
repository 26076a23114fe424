// A process of its own for the tests of the state:
//   state_child write PATH PROGRESS   changes values until it is killed
//   state_child count PATH N          adds 1 to a counter N times and saves
#include <capstan/state_manager.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;

capstan::StateManagerOptions quick_options() {
    capstan::StateManagerOptions options;
    options.write_delay = 10ms;
    options.max_write_delay = 50ms;
    options.retry_delay = 5ms;
    return options;
}

/// Two counters that the parent reads: changes made, and changes known to be saved.
std::atomic<long>* map_progress(const char* path) {
    const int fd = ::open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) std::_Exit(3);
    void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) std::_Exit(3);
    return static_cast<std::atomic<long>*>(memory);
}

[[noreturn]] void write_forever(const char* path, const char* progress_path) {
    auto* progress = map_progress(progress_path);
    capstan::StateManager state(std::make_unique<capstan::SqliteStateStore>(path), quick_options());
    long i = capstan::as_int(state.get("n").value_or(0)).value_or(0);
    for (;;) {
        ++i;
        state.set("n", i);
        state.set("k" + std::to_string(i % 8), i);
        progress[0] = i;
        if (i % 64 == 0 && state.flush(5s)) progress[1] = i;
        std::this_thread::sleep_for(100us);
    }
}

int count(const char* path, int n) {
    capstan::StateManager state(std::make_unique<capstan::SqliteStateStore>(path), quick_options());
    for (int i = 0; i < n; ++i) {
        state.increment("counter");
        if (i % 50 == 0) std::this_thread::sleep_for(3ms);
    }
    return state.flush(30s) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    const std::string mode = argv[1];
    if (mode == "write") write_forever(argv[2], argv[3]);
    return mode == "count" ? count(argv[2], std::atoi(argv[3])) : 2;
}
