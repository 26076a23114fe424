#pragma once

#include <capstan/http_client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>

namespace capstan::testing {

/// What came of one exchange.
struct Fetched {
    Fetched() = default;

    int status = 0;
    HttpHeaders headers;
    std::string body;  ///< what had come, also when it failed later
    bool reused = false;
    std::optional<HttpErrorKind> error;
    std::string message;
};

inline asio::awaitable<Fetched> fetch(HttpClient& client, HttpRequest request,
                                      std::stop_token stop = {}) {
    Fetched result;
    try {
        auto response = co_await client.send(std::move(request), std::move(stop));
        result.status = response.status();
        result.headers = response.headers();
        result.reused = response.reused_connection();
        for (;;) {
            const auto piece = co_await response.read_some();
            if (piece.empty()) break;
            result.body.append(piece);
        }
    } catch (const HttpError& error) {
        result.error = error.kind();
        result.message = error.what();
    }
    co_return result;
}

/// Runs a coroutine to its end; one that takes half a minute hangs, and throws.
template <class T>
T run(asio::io_context& context, asio::awaitable<T> coroutine) {
    std::exception_ptr failure;
    std::optional<T> result;
    auto done = [&](std::exception_ptr error, T value) {
        failure = error;
        if (!error) result.emplace(std::move(value));
    };
    asio::co_spawn(context, std::move(coroutine), done);
    context.restart();
    context.run_for(std::chrono::seconds(30));
    if (failure) std::rethrow_exception(failure);
    if (!result) throw std::runtime_error("the coroutine hangs");
    return std::move(*result);
}

inline void run(asio::io_context& context, asio::awaitable<void> coroutine) {
    std::exception_ptr failure;
    bool finished = false;
    auto done = [&](std::exception_ptr error) {
        failure = error;
        finished = true;
    };
    asio::co_spawn(context, std::move(coroutine), done);
    context.restart();
    context.run_for(std::chrono::seconds(30));
    if (failure) std::rethrow_exception(failure);
    if (!finished) throw std::runtime_error("the coroutine hangs");
}

inline HttpRequest get(std::string url) {
    HttpRequest request;
    request.url = std::move(url);
    return request;
}

inline HttpRequest post(std::string url, std::string body) {
    HttpRequest request = get(std::move(url));
    request.method = "POST";
    request.body = std::move(body);
    return request;
}

}  // namespace capstan::testing
