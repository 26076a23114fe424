#pragma once

#include <capstan/api_handler.hpp>
#include <capstan/clock.hpp>
#include <capstan/error.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace capstan {

/// What a ScriptedHandler does next in one answer: it awaits `wait`, sleeps for `delay` on the
/// handler's clock, and then gives `chunk` or throws `error`.
struct ScriptedStep {
    ScriptedStep() = default;

    std::function<asio::awaitable<void>()> wait;
    std::chrono::milliseconds delay{0};
    std::optional<StreamChunk> chunk;
    std::optional<ErrorInfo> error;
};
static_assert(!std::is_aggregate_v<ScriptedStep>);

/// An answer written down before it is given:
///
///     ScriptedAnswer().reasoning("Rain?").text("Take ").text("an umbrella.")
///     ScriptedAnswer().tool_call("c1", "get_weather", R"({"city":"Hamburg"})")
///     ScriptedAnswer().text("Half an").delay(2s).error(ErrorKind::network, "reset")
///
/// Each function adds a step and returns the object. An answer without an error ends as the
/// contract of ApiHandler asks: with a usage, unless there is one or `no_usage()` was said, and
/// with a FinishChunk, whose reason is tool_calls if tools were called, else stop.
class ScriptedAnswer {
public:
    ScriptedAnswer() = default;

    ScriptedAnswer& text(std::string piece);
    ScriptedAnswer& reasoning(std::string text);
    /// Raw entries, as they would be sent back.
    ScriptedAnswer& reasoning_details(json::array details);
    /// A whole call in one chunk; the calls of an answer are numbered from 0.
    ScriptedAnswer& tool_call(std::string id, std::string name, std::string arguments = "{}");
    /// Any other chunk. A FinishChunk becomes the last one.
    ScriptedAnswer& chunk(StreamChunk chunk);

    /// Time that passes on the handler's clock before the next step.
    ScriptedAnswer& delay(std::chrono::milliseconds time);
    /// Something to be awaited before the next step, e.g. a latch of the test.
    ScriptedAnswer& wait(std::function<asio::awaitable<void>()> operation);

    /// The answer breaks off here. Its phase is made to fit what came before. Errors of the kinds
    /// rate_limited, overloaded, server, network and timeout are marked as retryable.
    ScriptedAnswer& error(ErrorKind kind, std::string summary);
    /// The same with all facts as they are given.
    ScriptedAnswer& error(ErrorInfo info);

    /// The default is 10 input and 5 output tokens for 0.0001 dollars.
    ScriptedAnswer& usage(Usage usage);
    /// The default usage with another cost.
    ScriptedAnswer& cost(Money amount);
    ScriptedAnswer& no_usage();
    ScriptedAnswer& finish(FinishReason reason);

    /// The steps with the end that belongs to them.
    std::vector<ScriptedStep> steps() const;

private:
    ScriptedStep& next_step();
    FinishChunk make_finish() const;
    bool fails() const;

    std::vector<ScriptedStep> steps_;
    ScriptedStep pending_;  // waits for its chunk
    bool has_pending_ = false;
    bool usage_wanted_ = true;
    std::optional<Usage> usage_;
    std::optional<FinishChunk> finish_;
    std::size_t calls_ = 0;
    bool delivers_ = false;
};

/// Settings of a ScriptedHandler.
struct ScriptedOptions {
    ScriptedOptions() = default;

    SelectedModel model;           ///< an empty id counts as "scripted/model"
    std::shared_ptr<Clock> clock;  ///< for delays; empty: the real one
    bool keep_requests = true;     ///< false: requests() stays empty
};
static_assert(!std::is_aggregate_v<ScriptedOptions>);

/// A provider without a network, for tests of agents and of handlers around handlers: gives its
/// answers in the order in which calls begin, then those of the `otherwise` function, and remembers
/// what it was asked. When nothing is left it throws ApiError of kind configuration that says how
/// many answers there were.
///
/// Like any handler it starts nothing before the first next(), is cancellable at each delay, and is
/// thread-safe. The streams keep what they need: the handler may go first.
class ScriptedHandler final : public ApiHandler {
public:
    using Answerer = std::function<ScriptedAnswer(const MessageRequest&)>;

    explicit ScriptedHandler(ScriptedOptions options = {});
    /// One answer for each call, in order.
    explicit ScriptedHandler(std::vector<ScriptedAnswer> answers, ScriptedOptions options = {});
    ~ScriptedHandler() override;

    ScriptedHandler& add(ScriptedAnswer answer);
    /// Forgets the answers that were not asked for yet.
    ScriptedHandler& clear();
    /// Answers all calls that the script has no answer for. Called without a lock, by the threads
    /// that call; what it throws comes out of the stream.
    ScriptedHandler& otherwise(Answerer answerer);

    using ApiHandler::create_message;
    ChunkStream create_message(MessageRequest request) override;
    SelectedModel get_model() const override;

    /// The requests of all calls that have begun, in order.
    std::vector<MessageRequest> requests() const;
    std::size_t calls() const;
    /// Answers that were not asked for yet.
    std::size_t remaining() const;
    /// Calls under way: begun, and neither at their end nor given up.
    std::size_t open_calls() const;

    class Impl;

private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace capstan
