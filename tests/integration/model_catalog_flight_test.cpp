#include "catalog_server.hpp"

#include <capstan/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/strand.hpp>
#include <catch2/catch_test_macros.hpp>

#include <thread>

using namespace capstan;
using namespace std::chrono_literals;
using test::CatalogFixture;

namespace {

constexpr const char* list = R"({"data":[{"id":"a/big","context_length":1000}]})";

using Found = std::optional<ModelInfo>;

/// Runs the context until `count` says that the server was asked.
void run_until_asked(asio::io_context& context, CatalogFixture& fixture) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (fixture.server->begun == 0 && std::chrono::steady_clock::now() < deadline) {
        context.run_one_for(10ms);
    }
}

}  // namespace

TEST_CASE("100 concurrent askers on one thread make one request") {
    CatalogFixture fixture;
    fixture.server->answer("/models", list);
    fixture.server->delay_ms = 20;
    asio::io_context context;
    std::vector<std::future<Found>> results;
    for (int i = 0; i < 100; ++i) {
        auto finding = fixture.catalog->find("a/big");
        results.push_back(asio::co_spawn(context, std::move(finding), asio::use_future));
    }
    context.run();
    for (auto& result : results) CHECK(result.get()->context_length == 1000);
    CHECK(fixture.server->requests() == 1);
}

TEST_CASE("100 concurrent askers on four threads make one request") {
    CatalogFixture fixture;
    fixture.server->answer("/models", list);
    fixture.server->delay_ms = 20;
    std::vector<std::future<Found>> results;
    asio::io_context context;
    for (int i = 0; i < 100; ++i) {
        auto executor = asio::make_strand(context);
        auto finding = fixture.catalog->find("a/big");
        results.push_back(asio::co_spawn(executor, std::move(finding), asio::use_future));
    }
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&context] { context.run(); });
    for (auto& thread : threads) thread.join();
    for (auto& result : results) CHECK(result.get()->context_length == 1000);
    CHECK(fixture.server->requests() == 1);
}

TEST_CASE("askers on several contexts share one request") {
    CatalogFixture fixture;
    fixture.server->answer("/models", list);
    fixture.server->delay_ms = 50;
    std::atomic<int> found = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            asio::io_context context;
            std::vector<std::future<Found>> results;
            for (int k = 0; k < 25; ++k) {
                results.push_back(
                    asio::co_spawn(context, fixture.catalog->find("a/big"), asio::use_future));
            }
            context.run();
            for (auto& result : results) found += result.get().has_value();
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(found == 100);
    CHECK(fixture.server->requests() == 1);
}

TEST_CASE("the first asker's cancellation does not disturb the others") {
    CatalogFixture fixture;
    fixture.server->answer("/models", list);
    fixture.server->delay_ms = 50;
    asio::io_context context;
    asio::cancellation_signal signal;
    auto first = asio::co_spawn(context, fixture.catalog->find("a/big"),
                                asio::bind_cancellation_slot(signal.slot(), asio::use_future));
    run_until_asked(context, fixture);
    auto second = asio::co_spawn(context, fixture.catalog->find("a/big"), asio::use_future);
    asio::post(context, [&] { signal.emit(asio::cancellation_type::all); });
    context.run();
    CHECK_THROWS_AS(first.get(), boost::system::system_error);
    CHECK(second.get());
    CHECK(fixture.server->cancelled == 0);
    CHECK(fixture.server->requests() == 1);
}

TEST_CASE("when the first asker's context goes away, another asker takes over") {
    CatalogFixture fixture;
    fixture.server->answer("/models", list);
    fixture.server->delay_ms = 10'000;
    auto first = std::make_unique<asio::io_context>();
    auto lost = asio::co_spawn(*first, fixture.catalog->find("a/big"), asio::use_future);
    run_until_asked(*first, fixture);
    asio::io_context context;
    auto result = asio::co_spawn(context, fixture.catalog->find("a/big"), asio::use_future);
    context.run_for(20ms);
    fixture.server->delay_ms = 0;
    first.reset();
    context.restart();
    context.run();
    CHECK(result.get());
    CHECK(fixture.server->requests() == 1);
}

TEST_CASE("the destructor cancels the request, and those who wait learn nothing") {
    CatalogFixture fixture;
    fixture.server->answer("/models", list);
    fixture.server->delay_ms = 60'000;
    asio::io_context context;
    auto result = asio::co_spawn(context, fixture.catalog->find("a/big"), asio::use_future);
    auto refresh = asio::co_spawn(context, fixture.catalog->refresh(), asio::use_future);
    run_until_asked(context, fixture);
    fixture.catalog.reset();
    context.run();
    CHECK_FALSE(result.get());
    CHECK_THROWS(refresh.get());
    CHECK(fixture.server->cancelled == 1);
}

TEST_CASE("a failure reaches all who wait") {
    CatalogFixture fixture;
    fixture.server->delay_ms = 20;
    asio::io_context context;
    std::vector<std::future<std::vector<ModelInfo>>> results;
    for (int i = 0; i < 10; ++i) {
        results.push_back(asio::co_spawn(context, fixture.catalog->all(), asio::use_future));
    }
    context.run();
    for (auto& result : results) CHECK_THROWS_AS(result.get(), std::runtime_error);
    CHECK(fixture.server->requests() == 1);
}

TEST_CASE("a handler's catalogue may be asked while another refreshes") {
    CatalogFixture fixture;
    fixture.server->answer("/models", list);
    fixture.run(fixture.catalog->refresh());
    std::atomic<bool> stop = false;
    std::thread reader([&] {
        while (!stop) {
            const auto info = fixture.catalog->peek("a/big");
            if (!info) break;
        }
    });
    for (int i = 0; i < 20; ++i) {
        fixture.server->answer("/models", R"({"data":[{"id":"a/big","context_length":)" +
                                              std::to_string(i + 1) + "}]}");
        fixture.run(fixture.catalog->refresh());
    }
    stop = true;
    reader.join();
    CHECK(fixture.catalog->peek("a/big")->context_length == 20);
}
