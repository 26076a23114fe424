#pragma once

#include <capstan/json.hpp>
#include <capstan/usage.hpp>

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace capstan {

/// A piece of the answer's text; always valid UTF-8.
struct TextChunk {
    TextChunk() = default;
    explicit TextChunk(std::string text_) : text(std::move(text_)) {}

    std::string text;
};
static_assert(!std::is_aggregate_v<TextChunk>);

/// A piece of the model's reasoning. `text` is what may be shown (empty for encrypted reasoning,
/// lone signatures and models with placeholder reasoning); `details` are this delta's raw entries,
/// to be merged by MessageAssembler. `details_present` tells an empty array from an absent one.
/// `hidden_text` is reasoning that is kept in the message but not meant for display.
struct ReasoningChunk {
    ReasoningChunk() = default;
    /// Keeps the memory that `details_` uses.
    explicit ReasoningChunk(json::array details_) : details(std::move(details_)) {}

    std::string text;
    std::string hidden_text;
    json::array details;
    bool details_present = false;
};
static_assert(!std::is_aggregate_v<ReasoningChunk>);

/// A fragment of a tool call, as it arrived. `index` numbers the calls of this answer from 0 in
/// order of their first fragment; it is ours, not the wire's, so that a reused wire index cannot
/// mix two calls. `id` and `name` are set on the first fragment that knows them, and empty after.
struct ToolCallChunk {
    ToolCallChunk() = default;

    std::size_t index = 0;
    std::string id;
    std::string name;
    std::string arguments;
    json::object extra;  ///< unknown fields; {"type": "custom"} for the call of a custom tool
};
static_assert(!std::is_aggregate_v<ToolCallChunk>);

/// Tokens and cost; at most one per answer.
struct UsageChunk {
    UsageChunk() = default;
    explicit UsageChunk(Usage usage_) : usage(std::move(usage_)) {}

    Usage usage;
};
static_assert(!std::is_aggregate_v<UsageChunk>);

/// Why the answer ended. Unknown words from the wire are `other`, with the word kept.
enum class FinishReason { stop, length, tool_calls, content_filter, error, other };

/// The end of the answer, exactly one and last. `reason` is tool_calls whenever there are complete
/// calls, unless the wire says length, content_filter or error (wire reference 4.4).
struct FinishChunk {
    FinishChunk() = default;

    FinishReason reason = FinishReason::other;
    std::string finish_reason;         ///< the wire's word, or empty when none came
    std::string native_finish_reason;  ///< the provider's own word
    std::string generation_id;
    std::string model;     ///< the model that answered; may differ from the requested one
    std::string provider;  ///< who served it
    std::string service_tier;
    std::string system_fingerprint;
};
static_assert(!std::is_aggregate_v<FinishChunk>);

/// A field of the answer that has no chunk type of its own, e.g. images, annotations, audio,
/// refusal, logprobs.
struct ExtraChunk {
    ExtraChunk() = default;

    std::string name;
    json::value value;
};
static_assert(!std::is_aggregate_v<ExtraChunk>);

using StreamChunk = std::variant<TextChunk, ReasoningChunk, ToolCallChunk, UsageChunk, FinishChunk,
                                 ExtraChunk>;

/// "stop", "length", "tool_calls", "content_filter", "error", "other".
std::string_view to_string(FinishReason reason) noexcept;

}  // namespace capstan
