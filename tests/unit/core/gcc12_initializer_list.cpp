// Part of the probe of GCC 12: it refuses this file, or crashes on it; other compilers take it.
#include <coroutine>
#include <exception>
#include <string>
#include <vector>

struct Task {
    struct promise_type {
        Task get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        void unhandled_exception() { std::terminate(); }
    };
};

std::suspend_always take(const std::vector<std::string>&) { return {}; }

Task coroutine() { co_await take({"first", "second"}); }
