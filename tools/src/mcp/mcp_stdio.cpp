#include "mcp/mcp_stdio.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <signal.h>

#include <array>
#include <utility>

namespace capstan::mcp {

namespace {

using namespace std::chrono_literals;

constexpr auto poll_interval = 10ms;
constexpr auto grace = 2s;               // for each step of an orderly end
constexpr auto last_words_time = 500ms;  // for the exit code of a server that closed its output

using Buffer = std::array<char, 64 * 1024>;

template <class Descriptor>
void close_quietly(Descriptor& descriptor) {
    boost::system::error_code ignored;
    descriptor.close(ignored);
}

}  // namespace

StdioTransport::StdioTransport(asio::any_io_executor executor, McpServerConfig config)
    : executor_(executor),
      config_(std::move(config)),
      input_(executor),
      output_(executor),
      errors_(executor),
      exit_(executor) {}

void StdioTransport::start(std::weak_ptr<Sink> sink) {
    sink_ = std::move(sink);
    process_ = std::make_unique<Process>(config_);
    input_.assign(asio::local::stream_protocol(), process_->input.release());
    output_.assign(process_->output.release());
    errors_.assign(process_->errors.release());
    asio::co_spawn(executor_, read_output(shared_from_this()), asio::detached);
    asio::co_spawn(executor_, read_errors(shared_from_this()), asio::detached);
    if (process_->exit.get() < 0) return;
    exit_.assign(process_->exit.release());
    asio::co_spawn(executor_, watch_exit(shared_from_this()), asio::detached);
}

asio::awaitable<void> StdioTransport::read_output(Self self) {
    auto buffer = std::make_unique<Buffer>();
    boost::system::error_code error;
    for (;;) {
        const auto size = co_await self->output_.async_read_some(
            asio::buffer(*buffer), asio::redirect_error(asio::use_awaitable, error));
        if (error) break;
        self->lines_.feed(std::string_view(buffer->data(), size));
        self->deliver_lines();
        if (self->lines_.dropped() > 0) break;
    }
    co_await lose(self);
}

void StdioTransport::deliver_lines() {
    std::string line;
    while (lines_.next(line)) {
        if (const auto sink = sink_.lock()) sink->on_message(line);
    }
}

asio::awaitable<void> StdioTransport::read_errors(Self self) {
    auto buffer = std::make_unique<Buffer>();
    boost::system::error_code error;
    for (;;) {
        const auto size = co_await self->errors_.async_read_some(
            asio::buffer(*buffer), asio::redirect_error(asio::use_awaitable, error));
        if (error) break;
        self->errors_tail_.add(std::string_view(buffer->data(), size));
    }
    close_quietly(self->errors_);
}

/// What the server started may keep its output open when it is gone.
asio::awaitable<void> StdioTransport::watch_exit(Self self) {
    boost::system::error_code error;
    co_await self->exit_.async_wait(asio::posix::stream_descriptor::wait_read,
                                    asio::redirect_error(asio::use_awaitable, error));
    if (!error) co_await lose(self);
}

void StdioTransport::send(std::string text, std::optional<std::int64_t> id) {
    if (lost_ || ending_) return;
    queue_.push_back({std::move(text) + "\n", id});
    if (std::exchange(writing_, true)) return;
    asio::co_spawn(executor_, write_queue(shared_from_this()), asio::detached);
}

/// Messages leave whole and in order, whatever becomes of those who wait for the answers.
asio::awaitable<void> StdioTransport::write_queue(Self self) {
    boost::system::error_code error;
    while (!self->queue_.empty() && !error) {
        auto message = std::move(self->queue_.front());
        self->queue_.pop_front();
        const auto written =
            co_await asio::async_write(self->input_, asio::buffer(message.line),
                                       asio::redirect_error(asio::use_awaitable, error));
        if (error && written == 0) self->queue_.push_front(std::move(message));
    }
    self->writing_ = false;
    if (error) co_await lose(self);
}

/// The requests that the server has not taken a byte of.
std::vector<std::int64_t> StdioTransport::take_unsent() {
    std::vector<std::int64_t> ids;
    for (const auto& message : std::exchange(queue_, {})) {
        if (message.id) ids.push_back(*message.id);
    }
    return ids;
}

asio::awaitable<void> StdioTransport::opened(std::string, std::string message) {
    send(std::move(message), std::nullopt);
    co_return;
}

/// True when the process has ended within `limit`.
asio::awaitable<bool> StdioTransport::wait_for_end(Self self, Milliseconds limit) {
    asio::steady_timer timer(self->executor_);
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!self->process_->ended()) {
        if (std::chrono::steady_clock::now() >= deadline) co_return false;
        timer.expires_after(poll_interval);
        co_await timer.async_wait(asio::use_awaitable);
    }
    co_return true;
}

/// The server closed its output, or its input: it has crashed, or is about to end.
asio::awaitable<void> StdioTransport::lose(Self self) {
    if (self->ending_ || std::exchange(self->lost_, true)) co_return;
    if (const auto sink = self->sink_.lock()) sink->on_expired();
    co_await wait_for_end(self, last_words_time);
    // Its last words, and the failure of a message on its way, are there by now, but perhaps have
    // not been seen yet.
    asio::steady_timer timer(self->executor_, poll_interval);
    co_await timer.async_wait(asio::use_awaitable);
    if (self->ending_) co_return;
    auto unsent = self->take_unsent();
    if (const auto sink = self->sink_.lock()) sink->on_lost(self->loss_text(), std::move(unsent));
    self->sink_.reset();
    co_await end(self);
}

std::string StdioTransport::loss_text() const {
    if (lines_.dropped() > 0) return "sent a message that is too long";
    const auto end = process_->end_text();
    return end.empty() ? "closed its input or output" : fmt::format("ended ({})", end);
}

asio::awaitable<void> StdioTransport::end(Self self) {
    if (std::exchange(self->ending_, true)) co_return;
    close_quietly(self->input_);
    bool ended = co_await wait_for_end(self, grace);
    if (!ended) {
        self->process_->signal_group(SIGTERM);
        ended = co_await wait_for_end(self, grace);
    }
    self->process_->finish();
    close_quietly(self->exit_);
    close_quietly(self->output_);
    close_quietly(self->errors_);
}

asio::awaitable<void> StdioTransport::close() {
    sink_.reset();
    if (process_) co_await end(shared_from_this());
}

void StdioTransport::abandon() {
    sink_.reset();
    if (!process_ || ending_) return;
    close_quietly(input_);
    asio::co_spawn(executor_, end(shared_from_this()), asio::detached);
}

std::shared_ptr<Transport> make_stdio_transport(asio::any_io_executor executor,
                                                McpServerConfig config) {
    return std::make_shared<StdioTransport>(std::move(executor), std::move(config));
}

}  // namespace capstan::mcp
