// The manager's own thread. But for begin_write(), functions keep the lock they are entered with.
#include "runtime/state_manager_impl.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace capstan {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::size_t max_notices = 100;

std::string current_exception_text() {
    try {
        throw;
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "unknown exception";
    }
}

}  // namespace

StateManager::Impl::TimePoint StateManager::Impl::due() const {
    if (!table_.dirty()) return TimePoint::max();
    if (urgent_) return not_before_;
    const auto delayed = std::min(last_change_ + options_.write_delay,
                                  first_change_ + options_.max_write_delay);
    return std::max(delayed, not_before_);
}

bool StateManager::Impl::write_is_due() const { return due() <= SteadyClock::now(); }

bool StateManager::Impl::reload_is_due() const {
    return reload_asked_ > reload_tried_ || next_read_ <= SteadyClock::now();
}

void StateManager::Impl::sleep(Lock& lock) {
    auto until = std::min(due(), next_read_);
    if (stopping_) until = std::min(until, stop_deadline_);
    if (until == TimePoint::max()) {
        wake_.wait(lock);
    } else {
        wake_.wait_until(lock, until);
    }
}

void StateManager::Impl::work() {
    Lock lock(mutex_);
    read(lock);
    for (;;) {
        if (stopping_ && (!table_.dirty() || SteadyClock::now() >= stop_deadline_)) break;
        if (!jobs_.empty()) {
            run_job(lock);
        } else if (reload_is_due()) {
            read(lock);
        } else if (write_is_due()) {
            write(lock);
        } else {
            sleep(lock);
        }
    }
    finish(lock);
}

void StateManager::Impl::run_job(Lock& lock) {
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job.function();
    job.function = nullptr;
    job.done->fire();
    lock.lock();
}

void StateManager::Impl::merge(const StateDelta& delta) {
    for (auto& message : table_.merge(delta)) {
        failed(StateNoticeKind::update_failed, message);
    }
    if (table_.dirty() && !was_dirty_) changed();
}

void StateManager::Impl::read(Lock& lock) {
    const auto asked = reload_asked_;
    lock.unlock();
    std::string failure;
    StateDelta delta;
    try {
        delta = store_->changes_since(options_.name_space, cursor_);
    } catch (...) {
        failure = current_exception_text();
    }
    auto news = store_->take_notices();
    lock.lock();
    std::move(news.begin(), news.end(), std::back_inserter(unreported_));
    if (failure.empty()) {
        cursor_ = delta.cursor;
        merge(delta);
        reload_done_ = asked;
        const bool poll = options_.poll_interval.count() > 0;
        next_read_ = poll ? SteadyClock::now() + options_.poll_interval : TimePoint::max();
    } else {
        next_read_ = retry_time();
        failed(StateNoticeKind::load_failed, failure);
    }
    reload_tried_ = asked;
    loaded_ = true;
    progress();
    report(lock);
}

std::vector<StateEntry> StateManager::Impl::begin_write(const StateDelta& delta,
                                                        detail::StateTable::Batch& batch) {
    const Lock lock(mutex_);
    merge(delta);
    batch = table_.batch();
    urgent_ = false;
    std::vector<StateEntry> entries;
    entries.reserve(batch.values.size());
    for (const auto& [key, text] : batch.values) {
        entries.emplace_back(key, text ? std::optional<std::string>(*text) : std::nullopt);
    }
    return entries;
}

void StateManager::Impl::write(Lock& lock) {
    lock.unlock();
    std::string failure;
    detail::StateTable::Batch batch;
    StateCursor cursor;
    try {
        cursor = store_->transact(options_.name_space, cursor_,
                                  [&](const StateDelta& d) { return begin_write(d, batch); });
    } catch (...) {
        failure = current_exception_text();
    }
    auto news = store_->take_notices();
    lock.lock();
    std::move(news.begin(), news.end(), std::back_inserter(unreported_));
    if (failure.empty()) {
        cursor_ = std::move(cursor);
        table_.commit(batch);
        was_dirty_ = table_.dirty();
        first_change_ = SteadyClock::now();
        not_before_ = {};
        failures_ = 0;
    } else {
        not_before_ = retry_time();
        failed(StateNoticeKind::write_failed, failure);
    }
    progress();
    report(lock);
}

StateManager::Impl::TimePoint StateManager::Impl::retry_time() {
    const auto doubled = options_.retry_delay * (1 << std::min(failures_++, 16));
    return SteadyClock::now() + std::min<Milliseconds>(doubled, options_.max_retry_delay);
}

void StateManager::Impl::failed(StateNoticeKind kind, const std::string& message) {
    StateNotice notice;
    notice.kind = kind;
    notice.message = message;
    unreported_.push_back(std::move(notice));
}

void StateManager::Impl::progress() {
    progressed_.notify_all();
    std::erase_if(watches_, [this](const Watch& watch) {
        const bool done = watch.condition(*this, watch.number);
        if (done) watch.signal->fire();
        return done;
    });
}

/// Tells what happened, without the lock: the callback may use the manager.
void StateManager::Impl::report(Lock& lock) {
    if (unreported_.empty()) return;
    const auto news = std::exchange(unreported_, {});
    notices_.insert(notices_.end(), news.begin(), news.end());
    while (notices_.size() > max_notices) notices_.pop_front();
    if (!options_.on_notice) return;
    lock.unlock();
    for (const auto& notice : news) {
        try {
            options_.on_notice(notice);
        } catch (...) {
            // A callback that throws must not end the thread, and there is nobody to tell.
            continue;
        }
    }
    lock.lock();
}

void StateManager::Impl::finish(Lock&) {
    finished_ = true;
    progressed_.notify_all();
    for (auto& watch : watches_) watch.signal->fire();
    for (auto& job : jobs_) job.done->fire();
    watches_.clear();
    jobs_.clear();
}

}  // namespace capstan
