#pragma once

#include "oauth/oauth_authorizer.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <utility>

namespace capstan::oauth {

/// One way to a token, for all who wait for it.
struct Authorizer::Attempt {
    Attempt(const asio::any_io_executor& executor, Refusal refusal_)
        : refusal(std::move(refusal_)),
          waiting(executor, asio::steady_timer::time_point::max()),
          patience(executor) {}

    void finish() {
        done = true;
        patience.cancel();
        waiting.cancel();
    }

    const Refusal refusal;
    asio::steady_timer waiting;   // ends with the attempt
    asio::steady_timer patience;  // with the user
    asio::cancellation_signal signal;
    std::exception_ptr error;
    int waiters = 0;
    bool granted = false;
    bool abandoned = false;  // by all who waited: what comes of it says nothing
    bool timed_out = false;
    bool done = false;
};

}  // namespace capstan::oauth
