#pragma once

#include <capstan/clock.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

namespace capstan::composition {

namespace asio = boost::asio;

/// Wakes one waiting coroutine from any thread, again and again: a wake() before the wait ends the
/// next one. The waiter completes only when the thread that wakes has let go of it, so that its
/// context may be destroyed at once.
class Wakeup {
public:
    using Limit = std::optional<std::chrono::milliseconds>;

    void wake();

    /// True when woken, false when `limit` of the clock's time is over. Throws
    /// system_error(operation_aborted) when the awaiting coroutine is cancelled.
    static asio::awaitable<bool> wait(std::shared_ptr<Wakeup> wakeup, std::shared_ptr<Clock> clock,
                                      Limit limit);

private:
    struct Waiter;
    class Unlink;
    static asio::awaitable<bool> wait_in_strand(std::shared_ptr<Waiter> waiter,
                                                std::shared_ptr<Clock> clock, Limit limit);
    bool begin(std::shared_ptr<Waiter> waiter);

    std::mutex mutex_;
    bool woken_ = false;
    std::shared_ptr<Waiter> waiter_;  // null while nobody waits
};

}  // namespace capstan::composition
