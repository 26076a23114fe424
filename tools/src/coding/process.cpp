#include "coding/process.hpp"

#include "coding/child_group.hpp"
#include "coding/open_beneath.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <utility>

namespace capstan::coding {
namespace {

using ErrorCode = boost::system::error_code;

/// After the program's end, for what its children still have to say.
constexpr std::chrono::milliseconds drain_time{250};
/// Where the system cannot tell us of the end.
constexpr std::chrono::milliseconds poll_time{20};

/// One program under way: the coroutine reads its output, handlers watch the clock and its end.
class Running : public std::enable_shared_from_this<Running> {
public:
    Running(asio::any_io_executor executor, ProcessSpec spec)
        : spec_(std::move(spec)),
          output_(executor),
          watch_(executor),
          deadline_(executor),
          drain_(executor),
          end_(executor, asio::steady_timer::time_point::max()) {
        start();
        if (auto watch = child_->open_watch()) watch_.assign(watch.release());
    }

    /// Ends everything, so that no handler keeps the child.
    void abandon() noexcept {
        ErrorCode ignored;
        child_.reset();
        watch_.close(ignored);
        output_.close(ignored);
        try {
            deadline_.cancel();
            drain_.cancel();
        } catch (const boost::system::system_error&) {  // cannot be
        }
    }

    asio::awaitable<ProcessEnd> run();

private:
    void start() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno(errno);
        FileDescriptor reading(ends[0]);
        const FileDescriptor writing(ends[1]);
        ChildSpec child;
        child.program = spec_.arguments.front();
        child.arguments = spec_.arguments;
        child.environment = spec_.environment;
        child.folder = spec_.folder;
        child.output = child.errors = writing.get();
        child_ = std::make_unique<ChildGroup>(child);
        output_.assign(reading.release());
    }

    asio::awaitable<void> read_output();
    asio::awaitable<void> wait_for_end();
    asio::awaitable<void> take_cancellation();

    void watch_clock() {
        if (spec_.timeout.count() == 0) return;
        deadline_.expires_after(spec_.timeout);
        deadline_.async_wait([self = shared_from_this()](ErrorCode error) {
            if (error || !self->child_ || self->ended_) return;
            self->timed_out_ = true;
            self->stop();
        });
    }

    /// SIGTERM now, SIGKILL after the grace. The second time it does nothing.
    void stop() {
        if (std::exchange(stopping_, true) || ended_) return;
        child_->signal(SIGTERM);
        deadline_.expires_after(spec_.grace);
        deadline_.async_wait([self = shared_from_this()](ErrorCode error) {
            if (!error && self->child_) self->child_->signal(SIGKILL);
        });
    }

    void watch_end() {
        const auto look = [self = shared_from_this()](ErrorCode error) {
            if (!error && self->child_) self->look_for_end();
        };
        if (watch_.is_open()) return watch_.async_wait(watch_.wait_read, look);
        end_poll().async_wait(look);
    }

    asio::steady_timer& end_poll() {
        drain_.expires_after(poll_time);
        return drain_;
    }

    void look_for_end() {
        if (!child_->ended()) return watch_end();
        ended_ = true;
        end_.cancel();
        drain_.expires_after(drain_time);
        drain_.async_wait([self = shared_from_this()](ErrorCode error) {
            if (error || !self->child_) return;
            self->drained_ = true;
            self->output_.cancel();
        });
    }

    ProcessSpec spec_;
    std::unique_ptr<ChildGroup> child_;
    asio::posix::stream_descriptor output_;
    asio::posix::stream_descriptor watch_;
    asio::steady_timer deadline_;
    asio::steady_timer drain_;
    asio::steady_timer end_;
    bool ended_ = false;
    bool drained_ = false;
    bool stopping_ = false;
    bool timed_out_ = false;
    bool cancelled_ = false;
};

/// Lets the waits after this one go on, until the program has ended.
asio::awaitable<void> Running::take_cancellation() {
    cancelled_ = true;
    stop();
    const asio::disable_cancellation none;
    auto reset = asio::this_coro::reset_cancellation_state(none);
    co_await std::move(reset);
}

asio::awaitable<void> Running::read_output() {
    std::array<char, 16 * 1024> buffer;
    bool wanted = true;
    while (!drained_) {
        auto reading =
            output_.async_read_some(asio::buffer(buffer), asio::as_tuple(asio::deferred));
        const auto [error, size] = co_await std::move(reading);
        if (size > 0 && wanted && spec_.on_output)
            wanted = spec_.on_output(std::string_view(buffer.data(), size));
        if (!wanted) stop();
        if (error == asio::error::operation_aborted && !drained_) co_await take_cancellation();
        else if (error) co_return;
    }
}

asio::awaitable<void> Running::wait_for_end() {
    while (!ended_) {
        auto waiting = end_.async_wait(asio::as_tuple(asio::deferred));
        const auto [error] = co_await std::move(waiting);
        static_cast<void>(error);
        if (!ended_) co_await take_cancellation();
    }
}

asio::awaitable<ProcessEnd> Running::run() {
    co_await asio::this_coro::throw_if_cancelled(false);
    watch_clock();
    watch_end();
    co_await read_output();
    co_await wait_for_end();
    child_->reap();
    ProcessEnd end;
    end.exit_status = child_->exit_status();
    end.signal = child_->end_signal();
    end.timed_out = timed_out_;
    if (cancelled_) throw boost::system::system_error(asio::error::operation_aborted);
    co_return end;
}

/// Belongs to the coroutine's frame: ends with it, however that ends.
class Guard {
public:
    explicit Guard(std::shared_ptr<Running> running) : running_(std::move(running)) {}
    ~Guard() { running_->abandon(); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    Running& operator*() const noexcept { return *running_; }

private:
    std::shared_ptr<Running> running_;
};

}  // namespace

asio::awaitable<ProcessEnd> run_process(ProcessSpec spec) {
    const auto executor = co_await asio::this_coro::executor;
    const Guard running(std::make_shared<Running>(executor, std::move(spec)));
    co_return co_await (*running).run();
}

}  // namespace capstan::coding
