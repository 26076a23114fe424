#include "session/session_worker.hpp"

#include "session/session_record.hpp"

#include <algorithm>
#include <utility>

namespace capstan::detail {
namespace {

using namespace std::chrono_literals;
constexpr auto write_delay = 500ms;
constexpr auto retry_delay = 1000ms;
constexpr auto shutdown_time = 2000ms;
constexpr std::size_t max_notices = 100;

SessionError closed() {
    return {SessionError::Kind::closed, "the store of the sessions is closed"};
}

}  // namespace

std::string session_space(std::string_view id) { return "session/" + std::string(id); }

struct SessionWorker::Task {
    Job job;
    std::exception_ptr error;
    std::shared_ptr<Signal> done = std::make_shared<Signal>();
};

/// What is written of one log.
struct SessionWorker::Batch {
    QueuePointer log;
    std::vector<std::string> records;
    std::int64_t first = 0;  // number of the first record
    std::string info;
    std::uint64_t asked = 0;
    bool lost = false;
};

SessionWorker::SessionWorker(std::unique_ptr<StateStore> store)
    : store_(store ? std::move(store) : std::make_unique<MemoryStateStore>()),
      thread_([this] { work(); }) {}

SessionWorker::~SessionWorker() { stop(); }

std::shared_ptr<SessionWorker::Task> SessionWorker::post(Job job) {
    auto task = std::make_shared<Task>();
    task->job = std::move(job);
    const Lock lock(mutex_);
    if (stopping_) throw closed();
    tasks_.push_back(task);
    wake_.notify_one();
    return task;
}

asio::awaitable<void> SessionWorker::finish(std::shared_ptr<Task> task) {
    co_await Signal::wait(task->done, std::nullopt);
    if (task->error) std::rethrow_exception(task->error);
}

asio::awaitable<void> SessionWorker::run(std::shared_ptr<SessionWorker> self, Job job) {
    auto task = self->post(std::move(job));
    co_await finish(std::move(task));
}

void SessionWorker::queue(const QueuePointer& log, std::optional<std::string> record,
                          std::string info) {
    const Lock lock(mutex_);
    if (record) log->unsaved.push_back(std::move(*record));
    log->info = std::move(info);
    if (std::exchange(log->dirty, true)) return;
    log->due = Clock::now() + write_delay;
    dirty_.push_back(log);
    wake_.notify_one();
}

asio::awaitable<void> SessionWorker::write(std::shared_ptr<SessionWorker> self, QueuePointer log) {
    std::uint64_t ticket = 0;
    {
        const Lock lock(self->mutex_);
        ticket = ++log->asked;
    }
    auto task = self->post([worker = self.get(), log, ticket](StateStore&) {
        worker->write_for(log, ticket);
    });
    co_await finish(std::move(task));
}

/// Another's write may have been this one's, too.
void SessionWorker::write_for(const QueuePointer& log, std::uint64_t ticket) {
    Lock lock(mutex_);
    if (log->attempted < ticket && log->dirty) {
        lock.unlock();
        write_all();
        lock.lock();
    }
    if (log->attempted >= ticket && log->failure) std::rethrow_exception(log->failure);
}

void SessionWorker::close(QueuePointer log) noexcept {
    try {
        post([this, log](StateStore&) {
            write_all();
            forget(log);
            log->lease.reset();
        });
    } catch (const std::exception&) {
        // The thread is at its end and writes what it can; the lease goes with the log.
        return;
    }
}

/// What could not be written by now must not be written later: others may have the session then.
void SessionWorker::forget(const QueuePointer& log) {
    const Lock lock(mutex_);
    std::erase(dirty_, log);
}

std::vector<SessionWorker::Batch> SessionWorker::collect() {
    const Lock lock(mutex_);
    std::vector<Batch> batches;
    for (const auto& log : dirty_) {
        auto& batch = batches.emplace_back();
        batch.log = log;
        batch.records.assign(log->unsaved.begin(), log->unsaved.end());
        batch.first = log->saved + 1;
        batch.info = log->info;
        batch.asked = log->asked;
    }
    return batches;
}

std::vector<StateEntry> SessionWorker::entries_of(std::vector<Batch>& batches,
                                                  const StateDelta& now) {
    std::vector<StateEntry> entries;
    for (auto& batch : batches) {
        batch.lost = batch.log->incarnation != now.cursor.incarnation;
        if (batch.lost) continue;
        auto number = batch.first;
        const auto space = session_space(batch.log->id);
        for (const auto& record : batch.records) {
            entries.emplace_back(session_event_key(number++), record).name_space = space;
        }
        entries.emplace_back(batch.log->id, batch.info);
    }
    return entries;
}

void SessionWorker::write_all() {
    auto batches = collect();
    if (batches.empty()) return;
    std::exception_ptr failure;
    try {
        cursor_ = store_->transact(session_index, cursor_, [&](const StateDelta& delta) {
            return entries_of(batches, delta);
        });
    } catch (...) {
        failure = std::current_exception();
    }
    settle(batches, failure);
}

void SessionWorker::settle(std::vector<Batch>& batches, const std::exception_ptr& failure) {
    const Lock lock(mutex_);
    for (auto& batch : batches) {
        auto& log = *batch.log;
        log.attempted = batch.asked;
        log.failure = failure;
        if (!failure && batch.lost) {
            log.failure = std::make_exception_ptr(SessionError(
                SessionError::Kind::lost, "session " + log.id + " is no longer in its store"));
        }
        log.due = Clock::now() + retry_delay;
        if (log.failure) continue;
        const auto count = static_cast<std::ptrdiff_t>(batch.records.size());
        log.unsaved.erase(log.unsaved.begin(), log.unsaved.begin() + count);
        log.saved += count;
        log.dirty = !log.unsaved.empty() || log.info != batch.info;
    }
    std::erase_if(dirty_, [](const auto& log) { return !log->dirty; });
}

SessionWorker::Clock::time_point SessionWorker::due() const {
    auto earliest = Clock::time_point::max();
    for (const auto& log : dirty_) earliest = std::min(earliest, log->due);
    return earliest;
}

void SessionWorker::run_task(Lock& lock) {
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    try {
        task->job(*store_);
    } catch (...) {
        task->error = std::current_exception();
    }
    keep_notices();
    task->job = nullptr;
    task->done->fire();
    lock.lock();
}

void SessionWorker::keep_notices() {
    auto news = store_->take_notices();
    const Lock lock(mutex_);
    for (auto& notice : news) notices_.push_back(std::move(notice));
    while (notices_.size() > max_notices) notices_.pop_front();
}

std::vector<StateNotice> SessionWorker::notices() {
    const Lock lock(mutex_);
    return {notices_.begin(), notices_.end()};
}

void SessionWorker::work() {
    Lock lock(mutex_);
    for (;;) {
        if (!tasks_.empty()) {
            run_task(lock);
        } else if (stopping_ || due() <= Clock::now()) {
            lock.unlock();
            write_all();
            lock.lock();
            if (stopping_ && tasks_.empty()) break;
        } else if (dirty_.empty()) {
            wake_.wait(lock);
        } else {
            wake_.wait_until(lock, due());
        }
    }
    finished_ = true;
    ended_.notify_all();
}

void SessionWorker::stop() noexcept {
    Lock lock(mutex_);
    if (!thread_.joinable()) return;
    stopping_ = true;
    wake_.notify_one();
    const bool done = ended_.wait_for(lock, shutdown_time, [this] { return finished_; });
    lock.unlock();
    if (!done) store_->interrupt();
    thread_.join();
}

}  // namespace capstan::detail
