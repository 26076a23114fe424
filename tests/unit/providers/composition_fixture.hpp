#pragma once

#include <capstan/api_handler.hpp>
#include <capstan/clock.hpp>
#include <capstan/error.hpp>
#include <capstan/providers/scripted_handler.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace capstan::testing {

/// Time that stands still until the test moves it.
class ManualClock final : public Clock {
public:
    std::chrono::system_clock::time_point now() const override;
    asio::awaitable<void> sleep_for(std::chrono::milliseconds duration) override;
    double random() override { return 0.5; }

    /// Wakes those whose time has come; they go on when their context runs. Back is allowed.
    void advance(std::chrono::milliseconds time);
    /// To the next one who sleeps; false if there is none.
    bool advance_to_next();
    std::size_t sleepers() const;

private:
    struct Sleeper;

    mutable std::mutex mutex_;
    std::chrono::system_clock::time_point now_{std::chrono::seconds(1'800'000'000)};
    std::vector<std::shared_ptr<Sleeper>> sleepers_;
};

/// What came out of a stream.
struct Heard {
    Heard() = default;

    std::vector<StreamChunk> chunks;
    std::optional<ApiError> error;
    std::string foreign_error;  ///< what() of an exception that is no ApiError
    bool done = false;

    std::string text() const;
    std::vector<Usage> usages() const;
    std::vector<FinishChunk> finishes() const;
    std::string what() const { return error ? error->what() : foreign_error; }
    /// True if the call ended as the contract asks of a good answer.
    bool complete() const;
};

/// Several calls at once on one context, which runs only when the test says so.
class Calls {
public:
    ~Calls();

    /// Begins to read a call; gives its number.
    std::size_t start(ApiHandler& handler, MessageRequest request);
    /// Runs until nothing is ready.
    void run();
    /// start() and run() for one call.
    Heard& call(ApiHandler& handler, MessageRequest request);

    Heard& operator[](std::size_t number) { return entries_.at(number)->heard; }
    /// Destroys the stream of a call that is under way.
    void destroy(std::size_t number);
    /// Cancels the consumer's coroutine.
    void cancel(std::size_t number);
    std::size_t size() const noexcept { return entries_.size(); }
    /// After so many chunks the call's consumer stops asking for more. For calls to come.
    void read_at_most(std::size_t chunks) { most_ = chunks; }

private:
    struct Entry {
        Heard heard;
        std::optional<ChunkStream> stream;
        asio::cancellation_signal signal;
        std::size_t most = 0;
    };
    static asio::awaitable<void> read(std::shared_ptr<Entry> entry);

    asio::io_context context_;
    std::vector<std::shared_ptr<Entry>> entries_;
    std::size_t most_ = static_cast<std::size_t>(-1);
};

/// One call to its end, on a context of its own.
Heard hear(ApiHandler& handler, MessageRequest request);

MessageRequest question(std::string text = "What is a capstan?", std::string model = {});

}  // namespace capstan::testing
