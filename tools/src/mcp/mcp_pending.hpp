#pragma once

#include <capstan/json.hpp>
#include <capstan/tool.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace capstan::mcp {

/// A request whose answer somebody waits for, within limits of time.
class PendingRequest {
public:
    using Milliseconds = std::chrono::milliseconds;

    /// `limit` counts from the last progress on, `max` from now on.
    PendingRequest(asio::any_io_executor executor, Milliseconds limit, Milliseconds max)
        : timer_(std::move(executor)),
          limit_(limit),
          deadline_(Clock::now() + limit),
          last_deadline_(Clock::now() + max) {}

    /// True when finished, false when the time is up. Throws system_error(operation_aborted) when
    /// the awaiting coroutine is cancelled.
    static asio::awaitable<bool> wait(std::shared_ptr<PendingRequest> self);

    void succeed(json::object result);
    void fail(std::exception_ptr error);
    void progress(const json::object& params);
    /// While it is held no time runs.
    void hold(bool held);

    /// After wait() gave true.
    json::object take_result();
    /// Whether max, rather than limit, has passed.
    bool is_at_last_deadline() const { return last_deadline_ <= deadline_; }

    ToolContext::ProgressCallback on_progress;

private:
    using Clock = std::chrono::steady_clock;

    void finish();

    asio::steady_timer timer_;
    Milliseconds limit_;
    Clock::time_point deadline_, last_deadline_;
    std::optional<Clock::time_point> held_since_;
    json::object result_;
    std::exception_ptr error_;
    bool done_ = false;
};

}  // namespace capstan::mcp
