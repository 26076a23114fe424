#pragma once

#include <capstan/api_handler.hpp>
#include <capstan/clock.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

namespace capstan {

/// Settings of a LimitedHandler. What is absent is not limited.
struct LimitedOptions {
    LimitedOptions() = default;

    std::optional<std::size_t> max_concurrent;  ///< calls under way; at least 1
    /// In any 60 seconds (a sliding window, not a refilled bucket: never more, at no moment).
    std::optional<std::int64_t> requests_per_minute;
    std::optional<std::int64_t> tokens_per_minute;

    /// Output tokens that a call without `max_tokens` counts as until it tells.
    std::int64_t assumed_output_tokens = 1024;
    bool count_cache_reads = true;  ///< of tokens; false for providers that do not count them

    std::size_t max_waiting = 1000;  ///< calls in the queue; further ones are refused
    std::optional<std::chrono::milliseconds> max_wait;  ///< in the queue, each call
    /// After a rate_limited error with a retry_after no call begins before it is over.
    bool pause_when_refused = true;

    std::shared_ptr<Clock> clock;  ///< empty: the real one
};
static_assert(!std::is_aggregate_v<LimitedOptions>);

/// The state of a LimitedHandler at one moment.
struct LimitedState {
    LimitedState() = default;

    std::size_t running = 0;
    std::size_t waiting = 0;
    std::int64_t requests = 0;  ///< begun in the last 60 seconds
    std::int64_t tokens = 0;    ///< of the same; estimated where the answer has not told yet
};
static_assert(!std::is_aggregate_v<LimitedState>);

/// Keeps the calls of one handler within the limits of a provider's key.
///
/// A call that finds no room waits in a queue, first come, first served; a large call at its head
/// is not overtaken by small ones. Tokens are estimated before (prompt by its length, answer by
/// `max_tokens`) and corrected when the usage is told; a call that is larger than the limit counts
/// as the whole limit. What failed before its first chunk gives its tokens back, not its request.
/// The place is given up with the FinishChunk, with an error, or when the stream is destroyed.
///
/// Errors of its own, before anything is sent: rate_limited, with `retry_after`, when the queue is
/// full or `max_wait` is over; timeout when the call's deadline passes in the queue; cancelled.
///
/// Thread-safe: calls of several threads and executors wait in one queue. Streams keep what they
/// need.
class LimitedHandler final : public ApiHandler {
public:
    /// Throws ApiError of kind configuration for a null handler or a limit below 1.
    LimitedHandler(std::shared_ptr<ApiHandler> handler, LimitedOptions options);
    ~LimitedHandler() override;

    using ApiHandler::create_message;
    ChunkStream create_message(MessageRequest request) override;
    SelectedModel get_model() const override;
    std::optional<ModelInfo> model_info(const std::string& model) const override;
    /// Not limited.
    asio::awaitable<std::optional<Usage>> get_api_stream_usage(std::string generation_id) override;

    LimitedState state() const;

    class Queue;

private:
    std::shared_ptr<ApiHandler> handler_;
    std::shared_ptr<Queue> queue_;
};

}  // namespace capstan
