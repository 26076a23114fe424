#pragma once

#include "child_process.hpp"

#include <capstan/tools/mcp.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace test {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

/// Runs `io` until `done`, or throws after a time that no good run takes.
inline void run_until(asio::io_context& io, const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!done()) {
        io.restart();
        io.run_one_until(std::min(deadline, std::chrono::steady_clock::now() + 20ms));
        if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("it hangs");
    }
}

/// Runs a coroutine to its end on `io`, which may have other work; gives its result, or throws.
template <class T>
T run(asio::io_context& io, asio::awaitable<T> task) {
    bool done = false;
    std::exception_ptr error;
    if constexpr (std::is_void_v<T>) {
        asio::co_spawn(io, std::move(task), [&](std::exception_ptr failure) {
            error = failure;
            done = true;
        });
        run_until(io, [&] { return done; });
        if (error) std::rethrow_exception(error);
    } else {
        std::optional<T> result;
        asio::co_spawn(io, std::move(task), [&](std::exception_ptr failure, T value) {
            error = failure;
            if (!failure) result.emplace(std::move(value));
            done = true;
        });
        run_until(io, [&] { return done; });
        if (error) std::rethrow_exception(error);
        return std::move(*result);
    }
}

/// The text of the McpError that a coroutine ends with.
template <class T>
std::string failure(asio::io_context& io, asio::awaitable<T> task) {
    try {
        run(io, std::move(task));
    } catch (const capstan::McpError& error) {
        return error.what();
    }
    FAIL("no McpError was thrown");
    return {};
}

/// The first text of a result of tools/call.
inline std::string text_of(const json::object& result) {
    return std::string(result.at("content").at(0).at("text").as_string());
}

/// What runs on when a test stops waiting for it.
template <class T>
class Started {
public:
    Started(asio::io_context& io, asio::awaitable<T> task) : io_(io) {
        asio::co_spawn(io, std::move(task), [this](std::exception_ptr failure, T) {
            error_ = failure;
            done_ = true;
        });
    }
    Started(const Started&) = delete;

    bool done() const { return done_; }
    /// Waits for the end, which has to be an exception.
    std::exception_ptr error() {
        run_until(io_, [&] { return done_; });
        return error_;
    }

private:
    asio::io_context& io_;
    std::exception_ptr error_;
    bool done_ = false;
};

}  // namespace test
