#pragma once

#include <capstan/agent_run.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <vector>

namespace capstan {
class Session;
}

namespace capstan::detail {

namespace asio = boost::asio;

/// Where the executor of a run keeps it: what happened is noted at once, and flushed before its
/// consequences are acted upon. Split in two so that a cancelled wait loses no command.
class RunLog {
public:
    RunLog() = default;
    RunLog(const RunLog&) = delete;
    RunLog& operator=(const RunLog&) = delete;
    virtual ~RunLog() = default;

    virtual const AgentRun& run() const noexcept = 0;

    /// Lets the run handle the event; gives its commands.
    virtual std::vector<RunCommand> note(RunEvent event, std::chrono::milliseconds active_time) = 0;

    /// True if something was noted that is not durable yet.
    virtual bool dirty() const noexcept = 0;

    /// Makes it so. Throws StateError; everything stays noted then, and may be flushed again.
    virtual asio::awaitable<void> flush() = 0;
};

/// In memory only.
std::unique_ptr<RunLog> make_memory_log(AgentRun run);

/// A session's; it must outlive the log.
std::unique_ptr<RunLog> make_session_log(Session& session);

}  // namespace capstan::detail
