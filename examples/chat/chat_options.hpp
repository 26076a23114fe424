#pragma once

#include <capstan/message_request.hpp>
#include <capstan/providers/openrouter_options.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace chat {

/// What the command line asks for. The key is never part of it.
struct ChatOptions {
    ChatOptions() = default;

    capstan::OpenRouterOptions handler;
    capstan::MessageRequest request;  ///< system prompt, history, tools, parameters; no prompt
    bool has_history = false;         ///< --messages was given
    std::string prompt;               ///< empty: none on the command line
    std::optional<std::chrono::milliseconds> timeout;
    bool jsonl = false;
};
static_assert(!std::is_aggregate_v<ChatOptions>);

/// Reads the command line and the files it names. Prints help, version or what is wrong, and
/// returns the exit code, when the program shall not go on.
std::optional<int> parse_options(int argc, char** argv, ChatOptions& options);

}  // namespace chat
