#include "typed_lines.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <unistd.h>

namespace coding_agent {

void TypedLines::start(std::function<void(std::string)> taken) {
    taken_ = std::move(taken);
    hand_out();
    if (taken_ && !waiting_ && !ended_) wait();
}

void TypedLines::stop() {
    taken_ = nullptr;
    if (std::exchange(waiting_, nullptr)) terminal_.cancel();
}

void TypedLines::wake() {
    if (taken_ && !waiting_ && !ended_) wait();
}

void TypedLines::wait() {
    waiting_ = std::make_shared<char>();
    terminal_.async_wait(terminal_.wait_read, [this, alive = std::weak_ptr(waiting_)](auto error) {
        if (error || alive.expired()) return;
        waiting_.reset();
        read();
    });
}

void TypedLines::read() {
    const int fd = terminal_.native_handle();
    // In the background a read would stop the program; what is typed is not for it.
    if (tcgetpgrp(fd) != getpgrp()) return;
    std::array<char, 4096> typed{};
    const auto count = ::read(fd, typed.data(), typed.size());
    const bool again = count < 0 && (errno == EINTR || errno == EAGAIN);
    if (count > 0) rest_.append(typed.data(), static_cast<std::size_t>(count));
    ended_ = count <= 0 && !again;
    hand_out();
    if (taken_ && !waiting_ && !ended_) wait();
}

void TypedLines::hand_out() {
    while (taken_) {
        const auto end = rest_.find_first_of("\r\n");
        if (end == rest_.npos) return;
        auto line = rest_.substr(0, end);
        rest_.erase(0, end + 1);
        const auto taken = taken_;  // it may stop us
        taken(std::move(line));
    }
}

}  // namespace coding_agent
