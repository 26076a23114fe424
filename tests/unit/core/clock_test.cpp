#include <capstan/clock.hpp>

#include <catch2/catch_test_macros.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <exception>

using namespace capstan;
using namespace std::chrono_literals;

TEST_CASE("the clock waits, also for no time and for a negative one") {
    asio::io_context context;
    int done = 0;
    for (const auto wait : {0ms, -5ms, 2ms})
        asio::co_spawn(context, system_clock()->sleep_for(wait),
                       [&](std::exception_ptr error) { done += error == nullptr; });
    context.run();
    CHECK(done == 3);
}

TEST_CASE("a wait ends at once when it is cancelled, however long it is") {
    asio::io_context context;
    asio::cancellation_signal signal;
    std::exception_ptr failure;
    asio::co_spawn(context, system_clock()->sleep_for(std::chrono::milliseconds::max()),
                   asio::bind_cancellation_slot(
                       signal.slot(), [&](std::exception_ptr error) { failure = error; }));
    asio::post(context, [&] { signal.emit(asio::cancellation_type::terminal); });
    context.run();
    REQUIRE(failure);
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        CHECK(error.code() == asio::error::operation_aborted);
    }
}

TEST_CASE("chance lies between 0 and 1 and varies") {
    double lowest = 1, highest = 0;
    for (int i = 0; i < 1000; ++i) {
        const double value = system_clock()->random();
        lowest = std::min(lowest, value);
        highest = std::max(highest, value);
    }
    CHECK(lowest >= 0);
    CHECK(highest < 1);
    CHECK(highest - lowest > 0.5);
}
