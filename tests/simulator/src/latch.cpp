#include <capstan/testing/latch.hpp>

#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace capstan::testing {

struct Latch::State {
    std::mutex mutex;
    std::condition_variable changed;
    bool released = false;
    bool reached = false;
    std::vector<std::function<void()>> waiting;
};

Latch::Latch() : state_(std::make_shared<State>()) {}

void Latch::release() {
    std::vector<std::function<void()>> waiting;
    {
        const std::lock_guard lock(state_->mutex);
        state_->released = true;
        waiting.swap(state_->waiting);
    }
    for (const auto& go_on : waiting) go_on();
}

bool Latch::released() const {
    const std::lock_guard lock(state_->mutex);
    return state_->released;
}

bool Latch::wait_reached(std::chrono::milliseconds timeout) const {
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_for(lock, timeout, [this] { return state_->reached; });
}

void Latch::arrive(std::function<void()> on_release) const {
    {
        const std::lock_guard lock(state_->mutex);
        state_->reached = true;
        state_->changed.notify_all();
        if (!state_->released) {
            state_->waiting.push_back(std::move(on_release));
            return;
        }
    }
    on_release();
}

}  // namespace capstan::testing
