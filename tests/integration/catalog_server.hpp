#pragma once

#include <capstan/model_catalog.hpp>
#include <capstan/state_manager.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace test {

namespace asio = boost::asio;

/// A clock that stands still until told otherwise.
class StillClock final : public capstan::Clock {
public:
    std::chrono::system_clock::time_point now() const override {
        return std::chrono::system_clock::time_point{std::chrono::milliseconds(now_ms.load())};
    }
    asio::awaitable<void> sleep_for(std::chrono::milliseconds duration) override {
        now_ms += duration.count();
        co_return;
    }
    double random() override { return 0.5; }

    std::atomic<std::int64_t> now_ms{1'700'000'000'000};
};

/// Answers GETs: a path without a text fails. It can be made to hold its answers back.
struct CatalogServer {
    std::mutex mutex;
    std::map<std::string, std::string> bodies;
    std::vector<std::string> paths;
    std::atomic<int> delay_ms{0};
    std::atomic<int> begun{0};
    std::atomic<int> cancelled{0};

    void answer(const std::string& path, std::string body) {
        const std::scoped_lock lock(mutex);
        bodies[path] = std::move(body);
    }
    void fail() {
        const std::scoped_lock lock(mutex);
        bodies.clear();
    }
    std::size_t requests() {
        const std::scoped_lock lock(mutex);
        return paths.size();
    }
    std::string take(const std::string& path) {
        const std::scoped_lock lock(mutex);
        paths.push_back(path);
        const auto body = bodies.find(path);
        if (body == bodies.end()) throw std::runtime_error("503 at " + path);
        return body->second;
    }
};

inline asio::awaitable<std::string> serve(std::shared_ptr<CatalogServer> server, std::string path) {
    ++server->begun;
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, std::chrono::milliseconds(server->delay_ms.load()));
    try {
        co_await timer.async_wait(asio::use_awaitable);
    } catch (...) {
        ++server->cancelled;
        throw;
    }
    co_return server->take(path);
}

/// A catalogue in front of such a server.
struct CatalogFixture {
    explicit CatalogFixture(std::unique_ptr<capstan::StateStore> store = nullptr)
        : state(std::make_shared<capstan::StateManager>(std::move(store))) {
        capstan::ModelCatalogOptions options;
        options.clock = clock;
        const auto fetch = [server = server](std::string path) { return serve(server, path); };
        catalog.emplace(state, "https://models.example/api/v1", fetch, options);
    }

    template <class T>
    T run(asio::awaitable<T> operation) {
        asio::io_context context;
        auto result = asio::co_spawn(context, std::move(operation), asio::use_future);
        context.run();
        return result.get();
    }
    std::optional<capstan::ModelInfo> find(std::string model) {
        return run(catalog->find(std::move(model)));
    }
    void pass(std::chrono::milliseconds time) { clock->now_ms += time.count(); }

    std::shared_ptr<CatalogServer> server = std::make_shared<CatalogServer>();
    std::shared_ptr<StillClock> clock = std::make_shared<StillClock>();
    std::shared_ptr<capstan::StateManager> state;
    std::optional<capstan::ModelCatalog> catalog;
};

}  // namespace test
