#pragma once

#include "base/signal.hpp"

#include <capstan/session.hpp>

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace capstan::detail {

/// Where the list of sessions is: an entry for each, by id.
inline constexpr std::string_view session_index = "sessions";
/// The name space, and the lock, of one session.
std::string session_space(std::string_view id);

/// What a Session and the worker share: records that are not on disk yet. Guarded by the worker's
/// mutex, but for what never changes once the worker knows it.
struct SessionQueue {
    std::string id;
    std::string incarnation;      ///< of the storage that has the session; does not change
    std::shared_ptr<void> lease;  ///< used on the worker's thread only

    std::deque<std::string> unsaved;  ///< records
    std::int64_t saved = 0;           ///< so many are on disk
    std::string info;                 ///< the entry of the list, as of the last record
    bool dirty = false;               ///< there is something to write; the worker knows the log
    std::chrono::steady_clock::time_point due;

    std::uint64_t asked = 0;      ///< how often somebody has asked for a write
    std::uint64_t attempted = 0;  ///< what was asked for up to there was tried,
    std::exception_ptr failure;   ///< with this outcome; null: it is on disk
};

/// A thread of its own for a store: jobs in order, and the logs written behind. What several
/// sessions wait for is written in one transaction.
class SessionWorker {
public:
    using Job = std::function<void(StateStore& store)>;
    using QueuePointer = std::shared_ptr<SessionQueue>;

    explicit SessionWorker(std::unique_ptr<StateStore> store);
    SessionWorker(const SessionWorker&) = delete;
    ~SessionWorker();

    /// Runs the job on the thread after those before it and completes with it, throwing what it
    /// throws. The job must own what it uses.
    static asio::awaitable<void> run(std::shared_ptr<SessionWorker> self, Job job);

    /// To be written soon: a record, if any, and the entry of the list.
    void queue(const QueuePointer& log, std::optional<std::string> record, std::string info);
    /// Completes when everything queued is on disk, or throws.
    static asio::awaitable<void> write(std::shared_ptr<SessionWorker> self, QueuePointer log);
    /// Writes what is left, then lets go of the lease.
    void close(QueuePointer log) noexcept;

    /// On the worker's thread: writes all logs, so that a job sees them.
    void write_all();

    /// The newest notices of the store, at most 100.
    std::vector<StateNotice> notices();

    /// Does what is left, gives up after a while, and ends the thread.
    void stop() noexcept;

private:
    using Lock = std::unique_lock<std::mutex>;
    using Clock = std::chrono::steady_clock;
    struct Task;
    struct Batch;

    static asio::awaitable<void> finish(std::shared_ptr<Task> task);
    std::shared_ptr<Task> post(Job job);
    void write_for(const QueuePointer& log, std::uint64_t ticket);
    void work();
    void run_task(Lock& lock);
    void keep_notices();
    Clock::time_point due() const;
    void forget(const QueuePointer& log);
    std::vector<Batch> collect();
    static std::vector<StateEntry> entries_of(std::vector<Batch>& batches, const StateDelta& now);
    void settle(std::vector<Batch>& batches, const std::exception_ptr& failure);

    const std::unique_ptr<StateStore> store_;  // the thread's own, but for interrupt()
    StateCursor cursor_;                       // likewise

    std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable ended_;
    std::deque<std::shared_ptr<Task>> tasks_;
    std::vector<QueuePointer> dirty_;
    std::deque<StateNotice> notices_;
    bool stopping_ = false;
    bool finished_ = false;
    std::thread thread_;
};

}  // namespace capstan::detail
