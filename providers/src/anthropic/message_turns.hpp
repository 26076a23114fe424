#pragma once

#include "anthropic/claude_models.hpp"
#include "chat/prompt_size.hpp"

#include <capstan/message_request.hpp>
#include <capstan/providers/dialect.hpp>

#include <string>
#include <type_traits>
#include <vector>

namespace capstan::anthropic {

/// How the messages of a request are to be written.
struct TurnOptions {
    TurnOptions() = default;

    std::string model;
    ReasoningReplay replay = ReasoningReplay::fitting;
    bool cache_marks = false;        ///< add marks of our own
    std::size_t reserved_marks = 0;  ///< spent elsewhere in the request
};
static_assert(!std::is_aggregate_v<TurnOptions>);

/// The `system`, `messages` and `tools` members as JSON, and what the rest of the request has to
/// know of them.
struct TurnText {
    TurnText() = default;

    std::string system;    ///< empty: none
    std::string messages;  ///< an array
    std::string tools;     ///< empty: none
    bool tools_are_history = false;  ///< only there because calls in the history need them
    MediaSize media;
    bool has_replayed_reasoning = false;
    bool has_uploaded_files = false;
    /// The turn under way consists of tool calls whose first message has no thought: with a budget
    /// the model must not be asked to think then.
    bool loop_without_thought = false;
};
static_assert(!std::is_aggregate_v<TurnText>);

/// - System messages at the start are `system`; later ones are text of the user, in <system> tags.
/// - User messages and tool results that follow each other are one message; so are assistant ones.
/// - A conversation that does not begin with the user gets a line that says so.
///
/// Throws ApiError of kind invalid_request when no message is left, or a file cannot be sent.
TurnText write_turns(const MessageRequest& request, const TurnOptions& options);

}  // namespace capstan::anthropic
