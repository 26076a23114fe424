#pragma once

#include "chat/prompt_size.hpp"

#include <capstan/message_request.hpp>
#include <capstan/providers/dialect.hpp>

#include <string>
#include <type_traits>
#include <vector>

namespace capstan::responses {

/// What the items of a request depend on beside its messages.
struct InputOptions {
    InputOptions() = default;

    std::vector<std::string> models;  ///< the model asked for, then its fallbacks
    ReasoningReplay replay = ReasoningReplay::fitting;
    bool stored = false;  ///< earlier responses were stored by the server
};
static_assert(!std::is_aggregate_v<InputOptions>);

/// What the rest of the request has to know of them.
struct InputText {
    InputText() = default;

    MediaSize media;
    bool has_replayed_reasoning = false;
};
static_assert(!std::is_aggregate_v<InputText>);

/// Appends the `input` array: the conversation with its invariants restored (see Transcript).
/// The system prompt is not among them, unless there is nothing else to send.
InputText append_input(std::string& out, const MessageRequest& request,
                       const InputOptions& options);

}  // namespace capstan::responses
