#pragma once

#include "base/signal.hpp"
#include "runtime/state_table.hpp"

#include <capstan/state_manager.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace capstan {

/// The table, and the thread that keeps the store in step with it.
class StateManager::Impl {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Milliseconds = std::chrono::milliseconds;
    using Text = detail::StateTable::Text;
    /// Looked at with the lock held.
    using Condition = bool (*)(const Impl&, std::uint64_t);

    Impl(std::unique_ptr<StateStore> store, StateManagerOptions options);

    // The callers' side.
    Text get(std::string_view key, bool wait) const;
    std::vector<std::string> keys(std::string_view prefix) const;
    void set_all(std::vector<StateEntry> changes);
    json::value update(std::string key, UpdateFunction function);
    std::uint64_t ask_flush();
    std::uint64_t ask_reload();
    bool wait(Condition condition, std::uint64_t number, Milliseconds timeout) const;
    std::shared_ptr<detail::Signal> watch(Condition condition, std::uint64_t number);
    bool check(Condition condition, std::uint64_t number) const;
    std::shared_ptr<detail::Signal> post(std::function<void()> job);
    std::vector<StateNotice> notices() const;
    /// Starts the manager's thread, which shares the ownership of this object.
    void start(std::shared_ptr<Impl> self);
    /// Ends it after a last write. On that thread itself (a callback may hold the last manager) it
    /// only asks for it.
    void stop();

    static bool is_loaded(const Impl& self, std::uint64_t);
    static bool is_saved(const Impl& self, std::uint64_t number);
    static bool is_reloaded(const Impl& self, std::uint64_t number);
    static bool is_reload_tried(const Impl& self, std::uint64_t number);

private:
    using Lock = std::unique_lock<std::mutex>;
    struct Job {
        std::function<void()> function;
        std::shared_ptr<detail::Signal> done;
    };
    struct Watch {
        Condition condition;
        std::uint64_t number;
        std::shared_ptr<detail::Signal> signal;
    };

    void wait_until_loaded(Lock& lock) const;
    void changed();

    // The manager's thread.
    void work();
    TimePoint due() const;
    void sleep(Lock& lock);
    bool write_is_due() const;
    bool reload_is_due() const;
    void run_job(Lock& lock);
    void read(Lock& lock);
    void write(Lock& lock);
    std::vector<StateEntry> begin_write(const StateDelta& delta, detail::StateTable::Batch& batch);
    void merge(const StateDelta& delta);
    TimePoint retry_time();
    void failed(StateNoticeKind kind, const std::string& message);
    void progress();
    void report(Lock& lock);
    void finish(Lock& lock);

    const StateManagerOptions options_;
    const std::unique_ptr<StateStore> store_;  // the thread's own, but for interrupt()
    StateCursor cursor_;                       // likewise

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    mutable std::condition_variable progressed_;
    detail::StateTable table_;
    std::deque<Job> jobs_;
    std::vector<Watch> watches_;
    std::vector<StateNotice> unreported_;
    std::deque<StateNotice> notices_;
    bool loaded_ = false;  // or tried to
    bool stopping_ = false;
    bool finished_ = false;
    bool urgent_ = false;
    std::uint64_t reload_asked_ = 0;
    std::uint64_t reload_tried_ = 0;
    std::uint64_t reload_done_ = 0;
    int failures_ = 0;
    bool was_dirty_ = false;
    TimePoint first_change_{};
    TimePoint last_change_{};
    TimePoint not_before_{};
    TimePoint next_read_ = TimePoint::max();
    TimePoint stop_deadline_{};
    std::jthread thread_;
};

}  // namespace capstan
