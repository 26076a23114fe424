#pragma once

#include <capstan/api_handler.hpp>
#include <capstan/clock.hpp>
#include <capstan/error.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace capstan {

/// One handler of a FallbackHandler.
struct FallbackEntry {
    FallbackEntry() = default;
    FallbackEntry(std::shared_ptr<ApiHandler> handler_, std::string model_ = {})
        : handler(std::move(handler_)), model(std::move(model_)) {}

    std::shared_ptr<ApiHandler> handler;
    /// Asked for instead of the request's model, which another provider may not know; the request's
    /// `models` are then left out too. Empty: the request stays as it is.
    std::string model;
    std::string name;  ///< for messages; empty: the model
};
static_assert(!std::is_aggregate_v<FallbackEntry>);

/// What FallbackOptions::on_failover is told.
struct Failover {
    Failover() = default;

    std::size_t from = 0;  ///< indexes of entries
    std::size_t to = 0;
    std::string from_name;
    std::string to_name;
    std::optional<ApiError> error;  ///< what `from` said; always set
};
static_assert(!std::is_aggregate_v<Failover>);

/// True for errors that lie with the provider, its key or its model and not with the request:
/// authentication, payment_required, permission_denied, not_found, rate_limited, overloaded,
/// server, network, tls, timeout, malformed, empty_answer, and whatever the error itself calls
/// retryable. False for invalid_request, content_policy, invalid_signature, which another provider
/// would be asked in vain or against the user's interest, for configuration, which a person has to
/// mend, for context_overflow, which the agent answers by shortening the conversation, and for
/// cancelled.
bool fails_over_by_default(const ApiError& error);

/// Settings of a FallbackHandler.
struct FallbackOptions {
    FallbackOptions() = default;

    /// Which errors go on to the next entry; empty: fails_over_by_default(). Never asked about
    /// cancelled calls. To add a kind, call the default and compare `kind()` as well.
    std::function<bool(const ApiError&)> fails_over;

    /// Called before the next entry is tried, on the consumer's executor. What it throws is
    /// contained; it may cancel or destroy the stream.
    std::function<void(const Failover&)> on_failover;

    /// An entry that failed over is passed over for so long, or for as long as the server asked if
    /// that is longer. Zero: never. When all entries are cooling down, all are tried as usual.
    std::chrono::milliseconds cool_down{0};
    std::shared_ptr<Clock> clock;  ///< for the cool-down; empty: the real one
};
static_assert(!std::is_aggregate_v<FallbackOptions>);

/// Handlers in order: when one fails before its first chunk, the next one is asked. After the first
/// chunk an error is an error, so that no text ever comes twice.
///
/// Retries are the entries' own: an entry has failed when its handler has given up. A usage that a
/// failed entry told is added to the final one (`total_cost`, and `raw.failed_attempts_cost`). When
/// all have failed, the error is that of the first entry that may be tried again, else of the last
/// one; its summary says what each said, and `raw.attempts` has the same as JSON.
///
/// Thread-safe; cancellable at any time. Streams keep what they need.
class FallbackHandler final : public ApiHandler {
public:
    /// Throws ApiError of kind configuration without entries, or when a handler is null.
    explicit FallbackHandler(std::vector<FallbackEntry> entries, FallbackOptions options = {});
    ~FallbackHandler() override;

    using ApiHandler::create_message;
    ChunkStream create_message(MessageRequest request) override;

    /// The first entry's.
    SelectedModel get_model() const override;
    /// Of the first entry that knows the model.
    std::optional<ModelInfo> model_info(const std::string& model) const override;
    /// Asks the entries in order.
    asio::awaitable<std::optional<Usage>> get_api_stream_usage(std::string generation_id) override;

    class Core;

private:
    std::shared_ptr<Core> core_;
};

}  // namespace capstan
