#pragma once

#include <capstan/api_handler.hpp>
#include <capstan/clock.hpp>
#include <capstan/error.hpp>
#include <capstan/money.hpp>
#include <capstan/testing/sim_response.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace capstan::testing {

/// What a handler under test is made with: it talks to the kit's own server, with this key.
struct KitTarget {
    KitTarget() = default;

    std::string base_url;  ///< "http://127.0.0.1:PORT/v1"
    std::string api_key;
    /// For ProviderOptions::clock: sleeps take no time. With another clock the kit waits for every
    /// retry, which takes minutes.
    std::shared_ptr<Clock> clock;
};
static_assert(!std::is_aggregate_v<KitTarget>);

/// What an answer must come to. Text, reasoning and tool calls are always compared; of the others
/// what is absent is not.
struct ExpectedAnswer {
    ExpectedAnswer() = default;

    std::string text;
    std::string reasoning;  ///< the text of all ReasoningChunks
    std::vector<std::pair<std::string, std::string>> tool_calls;  ///< name, raw arguments
    std::optional<FinishReason> finish;
    bool tells_usage = true;  ///< false: there must be no UsageChunk, or an unknown one
    std::optional<std::int64_t> input_tokens;
    std::optional<std::int64_t> output_tokens;
    std::optional<std::int64_t> reasoning_tokens;
    std::optional<Money> total_cost;
    std::optional<std::string> model;          ///< FinishChunk::model
    std::optional<std::string> generation_id;
    std::vector<std::string> extra;  ///< names of ExtraChunks that must come; others may
    /// The answer ends with an error of this kind, after the chunks above.
    std::optional<ErrorKind> error;
};
static_assert(!std::is_aggregate_v<ExpectedAnswer>);

/// One answer in the provider's own wire format, and what it means.
struct WireCase {
    WireCase() = default;
    WireCase(std::string name_, std::string body, ExpectedAnswer expected_);

    std::string name;
    MessageRequest request;  ///< without messages: "Hello."
    SimResponse response;    ///< of the constructor: 200, text/event-stream, this body
    ExpectedAnswer expected;
};
static_assert(!std::is_aggregate_v<WireCase>);

/// What is checked: a way to make the handler, and answers in its wire format. The first case has
/// to be an answer that ends well, with text; good others are one with tool calls, one with
/// reasoning, one with an error in mid-stream, one that was not streamed.
struct ProviderKit {
    ProviderKit() = default;

    /// Called often, from one thread.
    std::function<std::shared_ptr<ApiHandler>(const KitTarget&)> make_handler;
    std::vector<WireCase> cases;
    /// From the cancellation to the end of the call, and to the closed socket.
    std::chrono::milliseconds cancel_limit{100};
};
static_assert(!std::is_aggregate_v<ProviderKit>);

/// A breach of the contract of ApiHandler.
struct KitFinding {
    KitFinding() = default;
    KitFinding(std::string check_, std::string case_, std::string what_)
        : check(std::move(check_)), wire_case(std::move(case_)), what(std::move(what_)) {}

    std::string check;      ///< "splits", "cuts", ...
    std::string wire_case;  ///< WireCase::name; empty: no case in particular
    std::string what;       ///< for a person
};
static_assert(!std::is_aggregate_v<KitFinding>);

/// Runs all checks, in a few seconds; an empty list means that the provider keeps the contract.
/// The provider has to speak HTTP to the kit's server, one request a call. What the kit cannot see:
/// whether unreadable parts of an answer are told, because it does not know the wire.
///
/// - answers: each case gives what is expected; chunks come in order, usage at most once, exactly
///   one finish, last; tool calls are numbered from 0; after the end, and after an error, the
///   stream gives nothing more. When no request reaches the server, that is the only finding.
/// - splits: the same, whatever pieces the bytes arrive in
/// - cuts: an answer that ends at a byte (each, or one in a few of a long answer), by a broken
///   connection or in good order, gives an ApiError after a prefix of it, never a wrong answer
/// - errors: failure statuses with JSON, HTML and empty bodies, closed and reset connections
/// - cancel: by the consumer's slot, by cancel() and by destroying the stream, before the answer
///   and in its middle
/// - destroy: the stream is destroyed at every point where it waits
/// - threads: parallel calls of one handler; each stays on its consumer's executor
/// - secrets: the key is in no error and in no request body
///
/// Throws std::invalid_argument when the kit has no handler or no case; and whatever make_handler
/// throws.
std::vector<KitFinding> check_provider(const ProviderKit& kit);

/// A line for each.
std::string to_string(const std::vector<KitFinding>& findings);

}  // namespace capstan::testing
