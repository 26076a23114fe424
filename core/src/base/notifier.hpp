#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

namespace capstan::detail {

namespace asio = boost::asio;

/// Wakes one waiting coroutine of the same executor. The timer that is waited for lives in the
/// waiter's frame, so that nothing here outlives its context.
class Notifier {
public:
    /// Ends the wait under way, or else the next one.
    void notify();

    /// Throws system_error(operation_aborted) when cancelled.
    static asio::awaitable<void> wait(std::shared_ptr<Notifier> notifier);

private:
    class Waiting;

    asio::steady_timer* timer_ = nullptr;
    bool notified_ = false;
};

}  // namespace capstan::detail
