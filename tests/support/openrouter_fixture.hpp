#pragma once

#include <capstan/capstan.hpp>
#include <capstan/clock.hpp>
#include <capstan/testing/simulator.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace capstan::testing {

/// Virtual time: sleeping takes none and is written down.
class VirtualClock final : public Clock {
public:
    std::chrono::system_clock::time_point now() const override;
    asio::awaitable<void> sleep_for(std::chrono::milliseconds duration) override;
    double random() override { return 1.0; }

    std::vector<std::chrono::milliseconds> sleeps() const;

private:
    mutable std::mutex mutex_;
    std::chrono::system_clock::time_point now_{std::chrono::seconds(1'800'000'000)};
    std::vector<std::chrono::milliseconds> sleeps_;
};

/// A handler's settings for this simulator: key "sk-or-v1-test", virtual time.
OpenRouterOptions options_for(const Simulator& simulator, std::shared_ptr<Clock> clock);

/// What came out of a stream: chunks, and the error if any.
struct Outcome {
    Outcome() = default;

    std::vector<StreamChunk> chunks;
    std::shared_ptr<ApiError> error;
    std::string foreign_error;  ///< what() of an exception that is no ApiError

    std::string text() const;
    std::vector<Usage> usages() const;
    std::vector<FinishChunk> finishes() const;
};

/// Runs one call to its end on an io_context of its own.
Outcome run_call(ApiHandler& handler, MessageRequest request);
Outcome run_call(ApiHandler& handler, std::string question);

}  // namespace capstan::testing
