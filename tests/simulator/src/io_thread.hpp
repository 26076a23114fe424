#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <thread>

namespace capstan::testing {

/// An io_context that runs on a thread of its own until stop().
///
/// Its destructor destroys the coroutines that still wait. So an owner declares what they use
/// before it and its sockets and acceptors after it, and calls stop() first thing in its own
/// destructor.
class IoThread {
public:
    IoThread() : work_(context_.get_executor()), thread_([this] { context_.run(); }) {}
    ~IoThread() { stop(); }
    IoThread(const IoThread&) = delete;
    IoThread& operator=(const IoThread&) = delete;

    void stop() {
        context_.stop();
        if (thread_.joinable()) thread_.join();
    }
    boost::asio::io_context& context() noexcept { return context_; }

private:
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

}  // namespace capstan::testing
