#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>

namespace capstan {

namespace asio = boost::asio;

/// Time as the retry loop sees it: the wall clock, waiting, and chance. Tests replace it by virtual
/// time. Implementations must be safe to call from several threads.
class Clock {
public:
    virtual ~Clock() = default;

    virtual std::chrono::system_clock::time_point now() const = 0;

    /// Completes after `duration`; throws system_error(operation_aborted) when cancelled.
    virtual asio::awaitable<void> sleep_for(std::chrono::milliseconds duration) = 0;

    /// A number in [0, 1), for jitter.
    virtual double random() = 0;
};

/// The real clock.
std::shared_ptr<Clock> system_clock();

}  // namespace capstan
