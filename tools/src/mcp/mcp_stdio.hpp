#pragma once

#include "mcp/mcp_lines.hpp"
#include "mcp/mcp_process.hpp"
#include "mcp/mcp_transport.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <deque>
#include <vector>

namespace capstan::mcp {

/// A child process that reads and writes messages, a line each.
class StdioTransport final : public Transport, public std::enable_shared_from_this<StdioTransport> {
public:
    StdioTransport(asio::any_io_executor executor, McpServerConfig config);

    void start(std::weak_ptr<Sink> sink) override;
    void send(std::string text, std::optional<std::int64_t> id) override;
    void forget(std::int64_t) override {}
    asio::awaitable<void> opened(std::string version, std::string message) override;
    std::string last_words() const override { return errors_tail_.text(); }
    asio::awaitable<void> close() override;
    void abandon() override;

private:
    using Self = std::shared_ptr<StdioTransport>;
    using Milliseconds = std::chrono::milliseconds;

    struct Message {
        std::string line;
        std::optional<std::int64_t> id;
    };

    static asio::awaitable<void> read_output(Self self);
    static asio::awaitable<void> read_errors(Self self);
    static asio::awaitable<void> watch_exit(Self self);
    static asio::awaitable<void> write_queue(Self self);
    static asio::awaitable<bool> wait_for_end(Self self, Milliseconds limit);
    static asio::awaitable<void> end(Self self);
    static asio::awaitable<void> lose(Self self);
    void deliver_lines();
    std::vector<std::int64_t> take_unsent();
    std::string loss_text() const;

    asio::any_io_executor executor_;
    McpServerConfig config_;
    std::weak_ptr<Sink> sink_;
    std::unique_ptr<Process> process_;
    asio::local::stream_protocol::socket input_;
    asio::posix::stream_descriptor output_;
    asio::posix::stream_descriptor errors_;
    asio::posix::stream_descriptor exit_;
    LineSplitter lines_;
    TextTail errors_tail_;
    std::deque<Message> queue_;
    bool writing_ = false;
    bool lost_ = false;
    bool ending_ = false;
};

}  // namespace capstan::mcp
