#pragma once

#include "composition/pause.hpp"
#include "composition/rate_window.hpp"
#include "composition/wakeup.hpp"

#include <capstan/error.hpp>
#include <capstan/providers/limited_handler.hpp>

#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

namespace capstan {

/// Who may begin, and who waits, of one LimitedHandler. Thread-safe.
class LimitedHandler::Queue : public std::enable_shared_from_this<LimitedHandler::Queue> {
public:
    /// A call that has begun. Its destruction gives the place up.
    class Ticket;

    explicit Queue(LimitedOptions options);

    const LimitedOptions& options() const noexcept { return options_; }

    /// Completes when the call may begin. `left`: time until the call's deadline. Throws ApiError.
    static asio::awaitable<Ticket> enter(std::shared_ptr<Queue> queue, std::int64_t tokens,
                                         std::stop_token stop, composition::Wakeup::Limit left);

    /// No call begins for so long.
    void pause(std::chrono::milliseconds time);

    LimitedState state() const;

private:
    using TimePoint = composition::RateWindow::TimePoint;
    using Milliseconds = std::chrono::milliseconds;
    using Waiting = std::list<std::shared_ptr<composition::Wakeup>>;
    class Place;

    struct Begun {
        std::optional<composition::RateWindow::Id> tokens;
    };

    void leave(Waiting::iterator place);
    void finish();
    void settle(composition::RateWindow::Id id, std::int64_t tokens);

    // The rest is called under the lock.
    /// What a call is told when too many wait.
    ApiError no_room(std::int64_t tokens) const;
    std::optional<Begun> try_begin(Waiting::iterator place, std::int64_t tokens,
                                   std::optional<Milliseconds>& wait);
    Milliseconds rate_wait(TimePoint now, std::int64_t tokens) const;
    /// As the limit of tokens counts them.
    std::int64_t counted(std::int64_t tokens) const;
    void wake_head();
    TimePoint now() const { return options_.clock->now(); }

    LimitedOptions options_;
    mutable std::mutex mutex_;
    Waiting waiting_;
    std::size_t running_ = 0;
    mutable composition::Pause pause_;
    mutable composition::RateWindow requests_;
    mutable composition::RateWindow tokens_;
};

class LimitedHandler::Queue::Ticket {
public:
    Ticket(std::shared_ptr<Queue> queue, std::optional<composition::RateWindow::Id> tokens)
        : queue_(std::move(queue)), tokens_(tokens) {}
    Ticket(Ticket&&) noexcept = default;
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket() { finish(); }

    /// The tokens that the call really used.
    void settle(std::int64_t tokens) {
        if (queue_ && tokens_) queue_->settle(*tokens_, tokens);
    }
    /// Gives the place up.
    void finish() {
        if (queue_) queue_->finish();
        queue_.reset();
    }

private:
    std::shared_ptr<Queue> queue_;
    std::optional<composition::RateWindow::Id> tokens_;
};

}  // namespace capstan
