#include "agent/running_tool.hpp"

#include "base/duration_text.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace capstan::detail {

using Clock = std::chrono::steady_clock;

/// Goes with the coroutine, however that ends: what the operations of the tool keep in the signal
/// must not outlive their event loop.
class RunningTool::Pending {
public:
    explicit Pending(std::weak_ptr<RunningTool> tool) : tool_(std::move(tool)) {}
    Pending(const Pending&) = delete;
    ~Pending() {
        if (const auto tool = tool_.lock()) tool->vanish();
    }

    asio::cancellation_signal signal;

private:
    std::weak_ptr<RunningTool> tool_;
};

RunningTool::RunningTool(std::shared_ptr<AgentInbox> inbox, ToolCall call,
                         std::shared_ptr<Tool> tool)
    : inbox_(std::move(inbox)), call_(std::move(call)), tool_(std::move(tool)) {}

std::chrono::milliseconds RunningTool::duration() const noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(finished_ - begun_);
}

void RunningTool::start(const asio::any_io_executor& executor, json::value arguments,
                        ToolContext context, std::chrono::milliseconds timeout) {
    begun_ = Clock::now();
    context_ = std::move(context);
    context_.on_progress = [weak = weak_from_this()](std::string text, json::value data) {
        const auto self = weak.lock();
        if (!self || self->ended_) return;
        ToolNews news;
        news.tool = self;
        news.text = std::move(text);
        news.data = std::move(data);
        self->inbox_->put(std::move(news));
    };
    if (timeout.count() > 0) limit_time(executor, timeout);
    auto self = shared_from_this();
    auto pending = std::make_shared<Pending>(weak_from_this());
    pending_ = pending;
    asio::co_spawn(executor, run(self, std::move(arguments)),
                   asio::bind_cancellation_slot(pending->signal.slot(),
                                                [self, pending](std::exception_ptr) {}));
}

void RunningTool::limit_time(const asio::any_io_executor& executor,
                             std::chrono::milliseconds timeout) {
    auto timer = std::make_shared<asio::steady_timer>(executor, timeout);
    timer_ = timer;
    timer->async_wait([timer, self = shared_from_this(), timeout](boost::system::error_code error) {
        if (!error) self->expire(timeout);
    });
}

asio::awaitable<void> RunningTool::run(std::shared_ptr<RunningTool> self, json::value arguments) {
    auto status = ToolStatus::ok;
    ToolResult result;
    try {
        // The start is told before a tool that works without waiting has the thread.
        co_await asio::post(asio::use_awaitable);
        if (self->ended_) co_return;
        auto running = self->tool_->run(std::move(arguments), self->context_);
        result = co_await std::move(running);
        if (result.is_error) status = ToolStatus::failed;
    } catch (const std::exception& error) {
        status = ToolStatus::failed;
        result = ToolResult::error(std::string("The tool failed: ") + error.what());
    } catch (...) {
        status = ToolStatus::failed;
        result = ToolResult::error("The tool failed for a reason that it did not tell.");
    }
    self->end(status, std::move(result));
}

void RunningTool::expire(std::chrono::milliseconds timeout) {
    end(ToolStatus::timed_out,
        ToolResult::error("The tool was stopped: it took longer than " + duration_text(timeout) +
                          ". What it did until then may have had effects."));
    interrupt();
}

// The coroutine may have gone with its event loop, or end while it is being told.
void RunningTool::interrupt() {
    if (const auto pending = pending_.lock())
        pending->signal.emit(asio::cancellation_type::all);
}

void RunningTool::vanish() noexcept try {
    if (ended_) return;
    end(ToolStatus::failed,
        ToolResult::error("The tool was broken off: what it waited for is gone. What it did until "
                          "then may have had effects."));
} catch (const std::exception&) {
    // No memory: its time limit ends it.
}

void RunningTool::cancel() {
    ended_ = true;
    finished_ = Clock::now();
    if (const auto timer = timer_.lock()) timer->cancel();
    interrupt();
}

void RunningTool::end(ToolStatus status, ToolResult result) {
    if (std::exchange(ended_, true)) return;
    finished_ = Clock::now();
    if (const auto timer = timer_.lock()) timer->cancel();
    ToolEnd report;
    report.tool = shared_from_this();
    report.status = status;
    report.result = std::move(result);
    inbox_->put(std::move(report));
}

}  // namespace capstan::detail
