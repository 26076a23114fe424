#pragma once

#include <capstan/http_client.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>

namespace capstan::http {

class Gate;

/// Time limits and cancellation of one exchange.
///
/// One timer, armed for the nearest deadline and armed again when it goes off too early; reads only
/// note when they began. What ends an exchange from outside (a limit, a stop from any thread)
/// shuts the socket down by its descriptor and touches no Asio object, so that it is right on any
/// executor and the peer learns of it at once; the coroutine finds out from its failed operation
/// and asks fired(). The coroutine alone closes.
class Watch : public std::enable_shared_from_this<Watch> {
public:
    using Clock = std::chrono::steady_clock;
    enum class Phase { connect, first_byte, transfer, drain };

    Watch(const asio::any_io_executor& executor, const HttpTimeouts& limits);

    /// Starts `total`. Then enter() chooses the limit that counts.
    void start();
    void enter(Phase phase);
    /// enter(Phase::drain), which may take `limit`.
    void enter_drain(std::chrono::milliseconds limit);
    /// Ends limits and cancellation; the exchange is over.
    void finish();

    /// The descriptor to shut down; -1 for none. Must be taken back before it is closed.
    void watch_socket(int descriptor);
    /// The wait to end instead, while there is no socket.
    void watch_gate(std::shared_ptr<Gate> gate);

    /// The idle limit counts between these two only: a slow consumer is not a silent server.
    void begin_wait() noexcept { waiting_since_.store(now(), std::memory_order_relaxed); }
    void end_wait() noexcept { waiting_since_.store(0, std::memory_order_relaxed); }

    /// Any thread; the first reason stays.
    void fire(HttpErrorKind reason);
    std::optional<HttpErrorKind> fired() const noexcept;

    const HttpTimeouts& limits() const noexcept { return limits_; }

private:
    static Clock::rep now() noexcept { return Clock::now().time_since_epoch().count(); }

    struct Deadline {
        Clock::time_point at;
        HttpErrorKind reason;
    };
    std::optional<Deadline> nearest(Clock::time_point current) const;
    std::optional<Deadline> of_phase(Clock::time_point current) const;
    void on_timer();
    void arm();
    void fire_locked(HttpErrorKind reason);

    const HttpTimeouts limits_;
    std::atomic<Clock::rep> waiting_since_{0};
    std::atomic<int> fired_{-1};
    mutable std::mutex mutex_;
    asio::steady_timer timer_;
    Clock::time_point started_;
    Clock::time_point phase_started_;
    Clock::time_point armed_ = Clock::time_point::max();
    Phase phase_ = Phase::connect;
    std::chrono::milliseconds drain_limit_{0};
    bool finished_ = false;
    int descriptor_ = -1;
    std::shared_ptr<Gate> gate_;
};

}  // namespace capstan::http
