#pragma once

#include <capstan/api_handler.hpp>
#include <capstan/clock.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

namespace capstan {

class StateManager;

/// Settings of a CachingHandler.
struct CachingOptions {
    CachingOptions() = default;

    std::size_t max_entries = 1000;
    std::size_t max_bytes = 64 * 1024 * 1024;  ///< of the answers as JSON
    std::chrono::milliseconds time_to_live = std::chrono::hours(24);

    /// Part of every key: answers are shared only within one scope, e.g. one account or endpoint.
    std::string scope;

    /// Where answers are kept beyond the life of the handler, under "answers/<scope>/<hash>"; the
    /// bounds hold for all of a scope's answers that the handler has seen. Empty: in memory only.
    std::shared_ptr<StateManager> state;

    /// How long a call waits for an equal one that is under way, instead of asking too; it waits on
    /// the other's consumer, who may be slow. Zero: not at all.
    std::chrono::milliseconds single_flight{0};

    /// Further reasons not to use the cache for a request, beside CallContext::no_cache.
    std::function<bool(const MessageRequest&)> skip;

    std::shared_ptr<Clock> clock;  ///< empty: the real one
};
static_assert(!std::is_aggregate_v<CachingOptions>);

/// The work of a CachingHandler so far.
struct CachingState {
    CachingState() = default;

    std::size_t entries = 0;
    std::size_t bytes = 0;
    std::int64_t hits = 0;
    std::int64_t misses = 0;
    std::int64_t skipped = 0;  ///< calls that did not want the cache
    std::int64_t joined = 0;   ///< hits that waited for an equal call
};
static_assert(!std::is_aggregate_v<CachingState>);

/// Answers equal requests with the answer that one of them got.
///
/// Exact: the key is the SHA-256 of the canonical JSON of canonical_request(), with the handler's
/// model where the request names none, the call's role, by which a RoutedHandler inside chooses who
/// answers, and the scope. Only whole answers are kept: those with a FinishChunk whose reason is
/// stop or tool_calls; never errors, nor what was cut off. Sampling at a high temperature is cached
/// like everything else: whoever wants fresh answers says `no_cache`.
///
/// A hit gives the chunks as they came. Its usage keeps the tokens, which say how large the
/// conversation is, but has a `total_cost` of zero, `raw.cached` true and what the answer had cost
/// as `raw.cached_cost`; an answer that told none has such a usage with unknown tokens. The
/// FinishChunk is kept, generation id included.
///
/// Least recently used answers go first when a bound is reached. Thread-safe; cancellable; streams
/// keep what they need.
class CachingHandler final : public ApiHandler {
public:
    /// Throws ApiError of kind configuration for a null handler.
    explicit CachingHandler(std::shared_ptr<ApiHandler> handler, CachingOptions options = {});
    ~CachingHandler() override;

    using ApiHandler::create_message;
    ChunkStream create_message(MessageRequest request) override;
    SelectedModel get_model() const override;
    std::optional<ModelInfo> model_info(const std::string& model) const override;
    asio::awaitable<std::optional<Usage>> get_api_stream_usage(std::string generation_id) override;

    /// The key of a request, 64 hexadecimal digits.
    std::string key(const MessageRequest& request) const;
    CachingState state() const;
    /// Forgets all answers, the stored ones of the scope that it has seen too.
    void clear();

    class Core;

private:
    std::shared_ptr<Core> core_;
};

}  // namespace capstan
