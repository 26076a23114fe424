#pragma once

#include "session/session_replay.hpp"
#include "session/session_worker.hpp"

#include <memory>
#include <utility>

namespace capstan {

/// What the owner of a session uses; the worker knows the queue only.
class Session::Impl {
public:
    Impl(std::shared_ptr<detail::SessionWorker> worker, detail::SessionWorker::QueuePointer queue,
         detail::LoadedSession loaded)
        : worker_(std::move(worker)), queue_(std::move(queue)), loaded_(std::move(loaded)) {}
    Impl(const Impl&) = delete;
    ~Impl() { worker_->close(queue_); }

    const detail::LoadedSession& loaded() const noexcept { return loaded_; }
    SessionInfo& info() noexcept { return loaded_.info; }

    std::vector<RunCommand> take(RunEvent event, std::chrono::milliseconds active_time);
    void set_limits(const AgentLimits& limits);
    /// After a change of the info.
    void queue_info();
    asio::awaitable<void> flush() const { return detail::SessionWorker::write(worker_, queue_); }

private:
    void queue_record(const std::string& json);

    std::shared_ptr<detail::SessionWorker> worker_;
    detail::SessionWorker::QueuePointer queue_;
    detail::LoadedSession loaded_;
    std::chrono::milliseconds active_time_{0};
};

}  // namespace capstan
