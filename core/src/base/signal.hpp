#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace capstan::detail {

namespace asio = boost::asio;

/// An event that happens once, fired on any thread and awaited by any number of coroutines on any
/// executors. What is awaited is a timer of the waiter's own context, so that waiters of a context
/// that is destroyed go with it. A waiter completes, and is destroyed, only when the thread that
/// fires has let go of it: afterwards its context may be destroyed at once.
class Signal {
public:
    using Deadline = std::optional<std::chrono::steady_clock::time_point>;

    void fire();
    bool fired() const;

    /// True when fired, false when the deadline came first. Throws system_error(operation_aborted)
    /// when cancelled.
    static asio::awaitable<bool> wait(std::shared_ptr<Signal> signal, Deadline deadline);

private:
    struct Waiter;
    struct Link;
    class Unlink;
    static asio::awaitable<bool> wait_in_strand(std::shared_ptr<Waiter> waiter, Deadline deadline);
    bool add(const std::shared_ptr<Link>& link);

    mutable std::mutex mutex_;
    bool fired_ = false;
    std::vector<std::shared_ptr<Link>> links_;
};

}  // namespace capstan::detail
