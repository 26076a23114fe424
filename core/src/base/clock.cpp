#include <capstan/clock.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <random>

namespace capstan {
namespace {

class SystemClock final : public Clock {
public:
    std::chrono::system_clock::time_point now() const override {
        return std::chrono::system_clock::now();
    }

    asio::awaitable<void> sleep_for(std::chrono::milliseconds duration) override {
        // A longer wait would overflow the clock's own counter.
        constexpr std::chrono::milliseconds longest = std::chrono::hours(24 * 365);
        asio::steady_timer timer(co_await asio::this_coro::executor);
        timer.expires_after(std::clamp(duration, std::chrono::milliseconds(0), longest));
        co_await timer.async_wait(asio::use_awaitable);
    }

    double random() override {
        thread_local std::mt19937_64 engine{std::random_device{}()};
        return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
    }
};

}  // namespace

std::shared_ptr<Clock> system_clock() {
    static const auto clock = std::make_shared<SystemClock>();
    return clock;
}

}  // namespace capstan
