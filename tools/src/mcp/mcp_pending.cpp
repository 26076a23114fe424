#include "mcp/mcp_pending.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace capstan::mcp {

asio::awaitable<bool> PendingRequest::wait(std::shared_ptr<PendingRequest> self) {
    boost::system::error_code error;
    while (!self->done_) {
        auto due = std::min(self->deadline_, self->last_deadline_);
        if (self->held_since_) due = Clock::time_point::max();
        if (Clock::now() >= due) co_return false;
        self->timer_.expires_at(due);
        co_await self->timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (!self->done_ && state.cancelled() != asio::cancellation_type::none) {
            throw boost::system::system_error(asio::error::operation_aborted);
        }
    }
    co_return true;
}

void PendingRequest::hold(bool held) {
    const auto now = Clock::now();
    if (held && !held_since_) held_since_ = now;
    if (!held && held_since_) {
        const auto time = now - *std::exchange(held_since_, std::nullopt);
        deadline_ += time;
        last_deadline_ += time;
    }
    timer_.cancel();  // who waits looks at the times again
}

void PendingRequest::finish() {
    done_ = true;
    timer_.cancel();
}

void PendingRequest::succeed(json::object result) {
    if (done_) return;
    result_ = std::move(result);
    finish();
}

void PendingRequest::fail(std::exception_ptr error) {
    if (done_) return;
    error_ = std::move(error);
    finish();
}

json::object PendingRequest::take_result() {
    if (error_) std::rethrow_exception(error_);
    return std::move(result_);
}

namespace {

std::string progress_text(const json::object& data) {
    if (auto message = find_string(data, "message")) return std::string(*message);
    const auto progress = find_number(data, "progress"), total = find_number(data, "total");
    if (!progress) return {};
    return total ? fmt::format("{:g}/{:g}", *progress, *total) : fmt::format("{:g}", *progress);
}

}  // namespace

void PendingRequest::progress(const json::object& params) {
    deadline_ = Clock::now() + limit_;
    if (!on_progress || done_) return;
    auto data = params;
    data.stable_erase("progressToken");
    auto text = progress_text(data);
    try {
        on_progress(std::move(text), std::move(data));
    } catch (...) {
        fail(std::current_exception());  // it is the caller's own
    }
}

}  // namespace capstan::mcp
