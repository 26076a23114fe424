#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace capstan::testing {

/// Runs an awaitable to its end on an io_context of its own and gives its result, or throws.
template <class T>
T run_awaitable(boost::asio::awaitable<T> task) {
    boost::asio::io_context context;
    std::exception_ptr error;
    std::optional<T> result;
    boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr failure, T value) {
        error = std::move(failure);
        if (!error) result.emplace(std::move(value));
    });
    context.run();
    if (error) std::rethrow_exception(error);
    return std::move(*result);
}

inline void run_awaitable(boost::asio::awaitable<void> task) {
    boost::asio::io_context context;
    std::exception_ptr error;
    boost::asio::co_spawn(context, std::move(task),
                          [&](std::exception_ptr failure) { error = std::move(failure); });
    context.run();
    if (error) std::rethrow_exception(error);
}

}  // namespace capstan::testing
