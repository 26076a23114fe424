#pragma once

#include "agent/agent_inbox.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>

namespace capstan::detail {

/// One execution of a tool beside the run. It tells its end exactly once: when the tool returns or
/// throws, when its time is over, or when its coroutine goes because what it waited for was
/// destroyed. What the tool does after that, until it heeds the cancellation, concerns nobody.
class RunningTool : public std::enable_shared_from_this<RunningTool> {
public:
    RunningTool(std::shared_ptr<AgentInbox> inbox, ToolCall call, std::shared_ptr<Tool> tool);

    /// Zero: no limit of time.
    void start(const asio::any_io_executor& executor, json::value arguments, ToolContext context,
               std::chrono::milliseconds timeout);

    /// Tells nothing any more.
    void cancel();

    const ToolCall& call() const noexcept { return call_; }
    Tool& tool() const noexcept { return *tool_; }
    bool ended() const noexcept { return ended_; }
    std::chrono::milliseconds duration() const noexcept;

private:
    static asio::awaitable<void> run(std::shared_ptr<RunningTool> self, json::value arguments);
    void limit_time(const asio::any_io_executor& executor, std::chrono::milliseconds timeout);
    void expire(std::chrono::milliseconds timeout);
    void interrupt();
    void end(ToolStatus status, ToolResult result);
    void vanish() noexcept;

    std::shared_ptr<AgentInbox> inbox_;
    ToolCall call_;
    std::shared_ptr<Tool> tool_;
    ToolContext context_;
    class Pending;
    std::weak_ptr<Pending> pending_;  // owned by the coroutine's completion
    std::weak_ptr<asio::steady_timer> timer_;  // owned by its own wait
    std::chrono::steady_clock::time_point begun_;
    std::chrono::steady_clock::time_point finished_;
    bool ended_ = false;
};

}  // namespace capstan::detail
