#pragma once

#include <capstan/conversation.hpp>
#include <capstan/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace capstan {

/// How the conversation is kept within the model's window.
struct ContextOptions {
    ContextOptions() = default;

    bool compaction = true;
    /// Share of the usable window (context length less what is kept for the answer) above which the
    /// conversation is compacted before the next call, and to which it is brought.
    double trigger = 0.8;
    double target = 0.5;
    std::optional<std::int64_t> context_length;  ///< absent: the model's; unknown: no compaction
    std::int64_t reserve = 8'192;         ///< tokens kept for the answer where nothing is known
    std::size_t recent_results = 4;       ///< tool results at the end that are never trimmed
    std::size_t trimmed_result_chars = 400;  ///< what is left of an older one; at least 160
    /// At the end of the conversation, never summarised; at most half of the target.
    std::int64_t recent_tokens = 20'000;
    std::int64_t summary_tokens = 2'048;
    bool summarise = true;                ///< false: drop old turns without a summary
};
static_assert(!std::is_aggregate_v<ContextOptions>);

/// What is known of the size of the next request, in tokens.
struct ContextEstimate {
    ContextEstimate() = default;

    std::int64_t tokens = 0;
    std::optional<std::int64_t> usable;  ///< window less reserve
};
static_assert(!std::is_aggregate_v<ContextEstimate>);

/// Estimates the tokens of a conversation from its characters, calibrated by what the server
/// counted for earlier requests. A value.
class TokenEstimator {
public:
    TokenEstimator() = default;

    /// Tokens of one message, of many, of other text (system prompt, tools) of so many characters.
    std::int64_t tokens(const Message& message) const;
    std::int64_t tokens(const Conversation& conversation) const;
    std::int64_t tokens_of_chars(std::size_t chars) const;

    /// The server counted `actual` tokens for a request that was estimated as `estimated` with the
    /// calibration of then. Takes it over gradually; nonsense (zero, a factor beyond 8) is ignored.
    void calibrate(std::int64_t estimated, std::int64_t actual);
    double tokens_per_char() const noexcept { return tokens_per_char_; }

    json::object to_json() const;
    static TokenEstimator from_json(const json::value& value);

private:
    double tokens_per_char_ = 0.3;
};

/// What a compaction did. The steps add to it; the first one notes the size before.
struct CompactionReport {
    CompactionReport() = default;

    std::int64_t tokens_before = 0;
    std::int64_t tokens_after = 0;
    std::size_t trimmed_results = 0;
    std::size_t removed_messages = 0;  ///< summarised or dropped
    bool summarised = false;           ///< by the model
};
static_assert(!std::is_aggregate_v<CompactionReport>);

/// The steps of a compaction, each a pure function. All keep: system messages, the first user
/// message, pinned messages, the latest user message and what follows the last assistant message;
/// a message with tool calls and its results stay or go together. None makes a conversation
/// larger, and a step that has nothing to do gives back an equal one.
///
/// First step: cuts the oldest tool results to a piece of their head and tail until the
/// conversation has at most `target` tokens, or nothing is left to cut.
Conversation trim_tool_results(const Conversation& conversation, const ContextOptions& options,
                               const TokenEstimator& estimator, std::int64_t target,
                               CompactionReport& report);

/// The part that the second step replaces: indexes of messages, ascending; empty when there is
/// nothing to gain. An earlier summary is part of it, so that the new one takes it over.
std::vector<std::size_t> replaceable_messages(const Conversation& conversation,
                                              const ContextOptions& options,
                                              const TokenEstimator& estimator,
                                              std::int64_t target);

/// What a model is asked, to have these messages summarised: tool results shortened, no reasoning.
std::vector<Message> summary_request(const Conversation& conversation,
                                     const std::vector<std::size_t>& messages);

/// Puts a summary, as one user message marked as such, in the place of the messages, which
/// replaceable_messages() gave for this conversation or for one that it goes on from. An empty
/// summary is replaced by a list of what was done (tools called, files named); one that is longer
/// than the messages is cut.
Conversation replace_by_summary(const Conversation& conversation,
                                const std::vector<std::size_t>& messages, std::string summary,
                                const TokenEstimator& estimator, CompactionReport& report);

/// Without a model, for an overflow: trims old results and replaces old turns by the list of what
/// was done, first without and then with the recent ones; then cuts the longest texts that are
/// left, even results behind the last assistant message, but never what the user wrote first or
/// last, system messages, pinned ones and calls. Stops as soon as `target` is reached;
/// report.tokens_after tells whether it is.
Conversation compact_hard(const Conversation& conversation, const ContextOptions& options,
                          const TokenEstimator& estimator, std::int64_t target,
                          CompactionReport& report);

/// Empty if every tool call has exactly one result, right behind its message and in call order,
/// and no result is without a call; else what is wrong and where. Calls of the last message may be
/// open when `open_tail`.
std::string transcript_fault(const Conversation& conversation, bool open_tail = false);

}  // namespace capstan
