#pragma once

#include "coding/file_descriptor.hpp"
#include "coding/open_beneath.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>

#include <fcntl.h>

#include <atomic>
#include <cerrno>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace capstan::coding {

namespace asio = boost::asio;

/// Told to work that runs elsewhere: nobody waits for it any more.
using Stopped = std::atomic<bool>;

/// Work on another thread, and what it gives.
template <class Result>
struct Job {
    Job() = default;

    Stopped stopped{false};
    std::optional<Result> result;
    std::exception_ptr error;
    std::atomic<bool> done{false};  // orders the two above: the pipe tells when, but no compiler
};

/// Tells the job when the coroutine that waits for it goes away.
class StopAtEnd {
public:
    explicit StopAtEnd(Stopped& stopped) : stopped_(stopped) {}
    ~StopAtEnd() { stopped_ = true; }
    StopAtEnd(const StopAtEnd&) = delete;
    StopAtEnd& operator=(const StopAtEnd&) = delete;

private:
    Stopped& stopped_;
};

/// Runs `work(stopped)` on the pool and gives its result, or throws what it threw. The pool's
/// threads know nothing of the waiting coroutine: the end is told by closing a pipe, so either may
/// go first, and so may the event loop. Cancellation ends the wait at once.
template <class Work>
auto run_off_loop(asio::thread_pool& pool, Work work)
    -> asio::awaitable<decltype(work(std::declval<const Stopped&>()))> {
    using Result = decltype(work(std::declval<const Stopped&>()));
    const auto executor = co_await asio::this_coro::executor;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno(errno);
    const auto closed_at_end = std::make_shared<FileDescriptor>(ends[1]);
    asio::posix::stream_descriptor end(executor, ends[0]);
    const auto job = std::make_shared<Job<Result>>();
    const StopAtEnd stop(job->stopped);
    asio::post(pool, [job, closed_at_end, work = std::move(work)]() mutable {
        try {
            job->result.emplace(work(job->stopped));
        } catch (...) {
            job->error = std::current_exception();
        }
        job->done.store(true, std::memory_order_release);
        closed_at_end->reset();
    });
    auto waiting = end.async_wait(end.wait_read, asio::deferred);
    co_await std::move(waiting);
    if (!job->done.load(std::memory_order_acquire)) throw_errno(EIO);
    if (job->error) std::rethrow_exception(job->error);
    co_return std::move(*job->result);
}

}  // namespace capstan::coding
