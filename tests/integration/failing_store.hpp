#pragma once

#include <capstan/state_store.hpp>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace test {

/// What a test does to a store from outside, and what it sees of it.
struct StoreControl {
    std::atomic<int> failures{0};       ///< so many of the next writes fail, as on a full disk
    std::atomic<int> read_failures{0};
    std::atomic<int> late_failures{0};  ///< fail after the edit was asked for: at the commit
    std::atomic<int> writes{0};         ///< that succeeded
    std::mutex mutex;
    std::condition_variable changed;
    bool blocked = false;               ///< writes wait while it is set
    std::atomic<bool> waiting{false};

    void block(bool on) {
        const std::scoped_lock lock(mutex);
        blocked = on;
        changed.notify_all();
    }
};

/// A memory store that can fail and hang.
class FailingStore final : public capstan::StateStore {
public:
    explicit FailingStore(std::shared_ptr<StoreControl> control) : control_(std::move(control)) {}

    capstan::StateDelta changes_since(std::string_view name_space,
                                      const capstan::StateCursor& since) override {
        if (control_->read_failures-- > 0) throw capstan::StateError("cannot read");
        control_->read_failures = 0;
        return memory_.changes_since(name_space, since);
    }

    capstan::StateCursor transact(std::string_view name_space, const capstan::StateCursor& since,
                                  const Edit& edit) override {
        {
            std::unique_lock lock(control_->mutex);
            control_->waiting = control_->blocked;
            control_->changed.wait(lock, [this] { return !control_->blocked || interrupted_; });
            control_->waiting = false;
        }
        if (interrupted_) throw capstan::StateError("interrupted");
        if (take(control_->failures)) throw capstan::StateError("disk full");
        if (take(control_->late_failures)) {
            edit(memory_.changes_since(name_space, since));
            throw capstan::StateError("disk full at commit");
        }
        auto cursor = memory_.transact(name_space, since, edit);
        ++control_->writes;
        return cursor;
    }

    std::shared_ptr<void> try_lock(std::string_view name) override {
        return memory_.try_lock(name);
    }

    void interrupt() noexcept override {
        const std::scoped_lock lock(control_->mutex);
        interrupted_ = true;
        control_->changed.notify_all();
    }

private:
    static bool take(std::atomic<int>& count) {
        if (count <= 0) return false;
        --count;
        return true;
    }

    std::shared_ptr<StoreControl> control_;
    capstan::MemoryStateStore memory_;
    std::atomic<bool> interrupted_{false};
};

}  // namespace test
