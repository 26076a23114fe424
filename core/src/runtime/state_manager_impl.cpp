#include "runtime/state_manager_impl.hpp"

#include <utility>

namespace capstan {
namespace {

using SteadyClock = std::chrono::steady_clock;

}  // namespace

StateManager::Impl::Impl(std::unique_ptr<StateStore> store, StateManagerOptions options)
    : options_(std::move(options)),
      store_(store ? std::move(store) : std::make_unique<MemoryStateStore>()) {}

void StateManager::Impl::wait_until_loaded(Lock& lock) const {
    progressed_.wait(lock, [this] { return loaded_; });
}

StateManager::Impl::Text StateManager::Impl::get(std::string_view key, bool wait) const {
    Lock lock(mutex_);
    if (wait) wait_until_loaded(lock);
    return table_.get(key);
}

std::vector<std::string> StateManager::Impl::keys(std::string_view prefix) const {
    Lock lock(mutex_);
    wait_until_loaded(lock);
    return table_.keys(prefix);
}

/// Starts the clock of the write; with the lock held.
void StateManager::Impl::changed() {
    last_change_ = SteadyClock::now();
    if (!was_dirty_) first_change_ = last_change_;
    // The thread need not wake for every change: its next look is early enough.
    if (!was_dirty_) wake_.notify_one();
    was_dirty_ = true;
}

void StateManager::Impl::set_all(std::vector<StateEntry> changes) {
    if (changes.empty()) return;
    const Lock lock(mutex_);
    for (auto& change : changes) {
        Text text;
        if (change.value) text = std::make_shared<const std::string>(std::move(*change.value));
        table_.set(std::move(change.key), std::move(text));
    }
    changed();
}

json::value StateManager::Impl::update(std::string key, UpdateFunction function) {
    Lock lock(mutex_);
    wait_until_loaded(lock);
    auto result = table_.update(std::move(key), std::move(function));
    changed();
    return result;
}

std::uint64_t StateManager::Impl::ask_flush() {
    const Lock lock(mutex_);
    if (table_.dirty()) {
        urgent_ = true;
        not_before_ = {};
        wake_.notify_one();
    }
    return table_.last_change();
}

std::uint64_t StateManager::Impl::ask_reload() {
    const Lock lock(mutex_);
    wake_.notify_one();
    return ++reload_asked_;
}

bool StateManager::Impl::is_loaded(const Impl& self, std::uint64_t) { return self.loaded_; }
bool StateManager::Impl::is_saved(const Impl& self, std::uint64_t number) {
    return self.table_.saved(number);
}
bool StateManager::Impl::is_reloaded(const Impl& self, std::uint64_t number) {
    return self.reload_done_ >= number;
}
bool StateManager::Impl::is_reload_tried(const Impl& self, std::uint64_t number) {
    return self.reload_tried_ >= number;
}

bool StateManager::Impl::check(Condition condition, std::uint64_t number) const {
    const Lock lock(mutex_);
    return condition(*this, number);
}

bool StateManager::Impl::wait(Condition condition, std::uint64_t number,
                              Milliseconds timeout) const {
    Lock lock(mutex_);
    return progressed_.wait_until(lock, SteadyClock::now() + timeout,
                                  [&] { return condition(*this, number); });
}

std::shared_ptr<detail::Signal> StateManager::Impl::watch(Condition condition,
                                                          std::uint64_t number) {
    auto signal = std::make_shared<detail::Signal>();
    const Lock lock(mutex_);
    if (finished_ || condition(*this, number)) {
        signal->fire();
    } else {
        watches_.push_back(Watch{condition, number, signal});
    }
    return signal;
}

std::shared_ptr<detail::Signal> StateManager::Impl::post(std::function<void()> job) {
    auto signal = std::make_shared<detail::Signal>();
    const Lock lock(mutex_);
    if (finished_) {
        signal->fire();
        return signal;
    }
    jobs_.push_back(Job{std::move(job), signal});
    wake_.notify_one();
    return signal;
}

std::vector<StateNotice> StateManager::Impl::notices() const {
    const Lock lock(mutex_);
    return {notices_.begin(), notices_.end()};
}

void StateManager::Impl::start(std::shared_ptr<Impl> self) {
    thread_ = std::jthread([self = std::move(self)] { self->work(); });
}

void StateManager::Impl::stop() {
    Lock lock(mutex_);
    stopping_ = urgent_ = true;
    not_before_ = {};
    stop_deadline_ = SteadyClock::now() + options_.shutdown_timeout;
    wake_.notify_one();
    if (thread_.get_id() == std::this_thread::get_id()) {
        thread_.detach();
        return;
    }
    const bool done = progressed_.wait_until(lock, stop_deadline_, [this] { return finished_; });
    lock.unlock();
    if (!done) store_->interrupt();
    thread_.join();
}

}  // namespace capstan
