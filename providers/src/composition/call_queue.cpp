#include "composition/call_queue.hpp"

#include "composition/call_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace capstan {

using composition::Wakeup;
using Milliseconds = std::chrono::milliseconds;

namespace {

constexpr Milliseconds shortest_retry_after{1000};

ApiError refusal(std::string summary, Milliseconds retry_after) {
    ErrorInfo info;
    info.kind = ErrorKind::rate_limited;
    info.phase = ErrorPhase::before_request;
    info.summary = std::move(summary);
    info.retryable = true;
    info.retry_after = std::max(retry_after, shortest_retry_after);
    return ApiError(std::move(info));
}

ApiError deadline_passed() {
    ErrorInfo info;
    info.kind = ErrorKind::timeout;
    info.phase = ErrorPhase::before_request;
    info.summary = "The call's deadline passed while it waited for its turn";
    return ApiError(std::move(info));
}

ApiError waited_too_long(const Wakeup::Limit& retry_after) {
    return refusal("The call has waited too long for its turn",
                   retry_after.value_or(Milliseconds(0)));
}

// What is left of `limit` after `waited`, if that is less.
void take_less(Wakeup::Limit& wait, const Wakeup::Limit& limit, Milliseconds waited) {
    if (limit) wait = std::min(wait.value_or(*limit - waited), *limit - waited);
}

}  // namespace

/// A place in the line; its destruction leaves it.
class LimitedHandler::Queue::Place {
public:
    explicit Place(std::shared_ptr<Queue> queue)
        : queue_(std::move(queue)), wakeup_(std::make_shared<Wakeup>()) {}
    Place(const Place&) = delete;
    ~Place() {
        if (place_) queue_->leave(*place_);
    }

    /// The first time it lines up, and throws where too many wait. One lock for all of that: who
    /// finds room must not be taken by others for one who waits.
    std::optional<Begun> try_begin(std::int64_t tokens, std::optional<Milliseconds>& wait) {
        const std::scoped_lock lock(queue_->mutex_);
        const bool first = !place_;
        if (first) place_ = queue_->waiting_.insert(queue_->waiting_.end(), wakeup_);
        auto begun = queue_->try_begin(*place_, tokens, wait);
        if (begun) place_.reset();
        if (!begun && first && queue_->waiting_.size() > queue_->options_.max_waiting) {
            queue_->waiting_.erase(*place_);
            place_.reset();
            throw queue_->no_room(tokens);
        }
        return begun;
    }
    const std::shared_ptr<Wakeup>& wakeup() const noexcept { return wakeup_; }

private:
    std::shared_ptr<Queue> queue_;
    std::shared_ptr<Wakeup> wakeup_;
    std::optional<Waiting::iterator> place_;  // in the line
};

LimitedHandler::Queue::Queue(LimitedOptions options) : options_(std::move(options)) {
    const auto below_one = [](const auto& limit) { return limit && *limit < 1; };
    if (below_one(options_.max_concurrent) || below_one(options_.requests_per_minute) ||
        below_one(options_.tokens_per_minute))
        throw ApiError(ErrorKind::configuration, "A limit of calls must be at least 1");
    if (!options_.clock) options_.clock = system_clock();
}

ApiError LimitedHandler::Queue::no_room(std::int64_t tokens) const {
    return refusal(fmt::format("{} calls are waiting already", waiting_.size()),
                   rate_wait(now(), tokens));
}

void LimitedHandler::Queue::leave(Waiting::iterator place) {
    const std::scoped_lock lock(mutex_);
    const bool was_head = place == waiting_.begin();
    waiting_.erase(place);
    if (was_head) wake_head();
}

void LimitedHandler::Queue::wake_head() {
    if (!waiting_.empty()) waiting_.front()->wake();
}

Milliseconds LimitedHandler::Queue::rate_wait(TimePoint now, std::int64_t tokens) const {
    auto wait = pause_.rest(now);
    if (const auto limit = options_.requests_per_minute)
        wait = std::max(wait, requests_.wait_for(now, 1, *limit));
    if (const auto limit = options_.tokens_per_minute)
        wait = std::max(wait, tokens_.wait_for(now, counted(tokens), *limit));
    return wait;
}

std::int64_t LimitedHandler::Queue::counted(std::int64_t tokens) const {
    constexpr std::int64_t most = 1'000'000'000'000;  // sums of a minute cannot overflow
    return std::clamp<std::int64_t>(tokens, 0, std::min(*options_.tokens_per_minute, most));
}

std::optional<LimitedHandler::Queue::Begun> LimitedHandler::Queue::try_begin(
    Waiting::iterator place, std::int64_t tokens, std::optional<Milliseconds>& wait) {
    wait.reset();
    if (place != waiting_.begin()) return std::nullopt;
    if (options_.max_concurrent && running_ >= *options_.max_concurrent) return std::nullopt;
    const auto time = now();
    if (const auto rate = rate_wait(time, tokens); rate.count() > 0) {
        wait = rate;
        return std::nullopt;
    }
    Begun begun;
    if (options_.requests_per_minute) requests_.add(time, 1);
    if (options_.tokens_per_minute) begun.tokens = tokens_.add(time, counted(tokens));
    ++running_;
    waiting_.erase(place);
    wake_head();
    return begun;
}

void LimitedHandler::Queue::finish() {
    const std::scoped_lock lock(mutex_);
    --running_;
    wake_head();
}

void LimitedHandler::Queue::settle(composition::RateWindow::Id id, std::int64_t tokens) {
    const std::scoped_lock lock(mutex_);
    tokens_.correct(id, counted(tokens));
    wake_head();
}

void LimitedHandler::Queue::pause(Milliseconds time) {
    const std::scoped_lock lock(mutex_);
    pause_.extend(now(), time);
}

LimitedState LimitedHandler::Queue::state() const {
    const std::scoped_lock lock(mutex_);
    LimitedState state;
    state.running = running_;
    state.waiting = waiting_.size();
    state.requests = requests_.total(now());
    state.tokens = tokens_.total(now());
    return state;
}

asio::awaitable<LimitedHandler::Queue::Ticket> LimitedHandler::Queue::enter(
    std::shared_ptr<Queue> queue, std::int64_t tokens, std::stop_token stop, Wakeup::Limit left) {
    Place place(queue);
    const std::stop_callback on_stop(stop, [wakeup = place.wakeup()] { wakeup->wake(); });
    const auto began = queue->now();
    for (;;) {
        std::optional<Milliseconds> wait;
        if (const auto begun = place.try_begin(tokens, wait))
            co_return Ticket(queue, begun->tokens);
        const auto waited = std::chrono::floor<Milliseconds>(queue->now() - began);
        if (left && waited >= *left) throw deadline_passed();
        const auto max_wait = queue->options_.max_wait;
        if (max_wait && waited >= *max_wait) throw waited_too_long(wait);
        take_less(wait, left, waited);
        take_less(wait, max_wait, waited);
        auto waiting = Wakeup::wait(place.wakeup(), queue->options_.clock, wait);
        co_await std::move(waiting);
        if (stop.stop_requested())
            throw composition::cancelled_error(ErrorPhase::before_request);
    }
}

}  // namespace capstan
