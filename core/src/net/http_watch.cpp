#include "net/http_watch.hpp"

#include "net/http_gate.hpp"

#include <sys/socket.h>

namespace capstan::http {

namespace {

/// A limit that no clock overflows with; zero means none.
std::optional<Watch::Clock::duration> limit(std::chrono::milliseconds value) {
    constexpr std::chrono::milliseconds most = std::chrono::hours(24 * 365);
    if (value <= std::chrono::milliseconds::zero()) return std::nullopt;
    return std::min(value, most);
}

}  // namespace

Watch::Watch(const asio::any_io_executor& executor, const HttpTimeouts& limits)
    : limits_(limits), timer_(executor), started_(Clock::now()), phase_started_(started_) {}

void Watch::start() {
    const std::lock_guard lock(mutex_);
    started_ = phase_started_ = Clock::now();
    arm();
}

void Watch::enter(Phase phase) {
    const std::lock_guard lock(mutex_);
    phase_ = phase;
    phase_started_ = Clock::now();
    arm();
}

void Watch::enter_drain(std::chrono::milliseconds limit) {
    {
        const std::lock_guard lock(mutex_);
        drain_limit_ = limit;
    }
    enter(Phase::drain);
}

void Watch::finish() {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    descriptor_ = -1;
    gate_.reset();
    timer_.cancel();
}

void Watch::watch_socket(int descriptor) {
    const std::lock_guard lock(mutex_);
    descriptor_ = descriptor;
    if (fired_ >= 0 && descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
}

void Watch::watch_gate(std::shared_ptr<Gate> gate) {
    const std::lock_guard lock(mutex_);
    gate_ = std::move(gate);
    if (fired_ >= 0 && gate_) gate_->open();
}

std::optional<Watch::Deadline> Watch::of_phase(Clock::time_point current) const {
    const auto after = [](Clock::time_point from, std::chrono::milliseconds value,
                          HttpErrorKind reason) -> std::optional<Deadline> {
        const auto duration = limit(value);
        if (!duration) return std::nullopt;
        return Deadline{from + *duration, reason};
    };
    switch (phase_) {
        case Phase::connect:
            return after(phase_started_, limits_.connect, HttpErrorKind::timeout_connect);
        case Phase::first_byte:
            return after(phase_started_, limits_.first_byte, HttpErrorKind::timeout_first_byte);
        case Phase::drain:
            return after(phase_started_, drain_limit_, HttpErrorKind::timeout_idle);
        case Phase::transfer: break;
    }
    const auto since = waiting_since_.load(std::memory_order_relaxed);
    const auto from = since == 0 ? current : Clock::time_point(Clock::duration(since));
    return after(from, limits_.idle, HttpErrorKind::timeout_idle);
}

std::optional<Watch::Deadline> Watch::nearest(Clock::time_point current) const {
    auto result = of_phase(current);
    const auto total = limit(limits_.total);
    if (total && (!result || started_ + *total < result->at))
        result = Deadline{started_ + *total, HttpErrorKind::timeout_total};
    return result;
}

void Watch::arm() {
    if (finished_ || fired_ >= 0) return;
    const auto deadline = nearest(Clock::now());
    // A timer that goes off early arms itself again; only one that is too late must be moved.
    if (!deadline || deadline->at >= armed_) return;
    armed_ = deadline->at;
    timer_.expires_at(armed_);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error) self->on_timer();
    });
}

void Watch::on_timer() {
    const std::lock_guard lock(mutex_);
    armed_ = Clock::time_point::max();
    if (finished_ || fired_ >= 0) return;
    const auto current = Clock::now();
    const auto deadline = nearest(current);
    if (deadline && deadline->at <= current) return fire_locked(deadline->reason);
    arm();
}

void Watch::fire(HttpErrorKind reason) {
    const std::lock_guard lock(mutex_);
    fire_locked(reason);
}

void Watch::fire_locked(HttpErrorKind reason) {
    if (finished_ || fired_ >= 0) return;
    fired_ = static_cast<int>(reason);
    if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
    if (gate_) gate_->open();
}

std::optional<HttpErrorKind> Watch::fired() const noexcept {
    const int reason = fired_.load(std::memory_order_acquire);
    if (reason < 0) return std::nullopt;
    return static_cast<HttpErrorKind>(reason);
}

}  // namespace capstan::http
