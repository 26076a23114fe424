#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan {

/// Whose chat completions are spoken. Each has a table of quirks, a usual address and a variable
/// for its key (see openai_compatible.hpp).
enum class OpenAiFlavour {
    automatic,  ///< by host and port; afterwards by what a list of models says of its server
    openai,
    deepseek,
    groq,
    mistral,
    llama_cpp,  ///< llama.cpp's own server
    lm_studio,
    ollama,
    vllm,
    generic,  ///< anybody else: what OpenAI's reference says, and nothing rare
};

/// "automatic", "openai", ... as in the enum.
std::string_view to_string(OpenAiFlavour flavour) noexcept;

/// The reverse; nothing for an unknown name.
std::optional<OpenAiFlavour> openai_flavour(std::string_view name) noexcept;

/// How a request says how much the model shall think.
enum class ReasoningRequest {
    none,    ///< the server has no word for it: not sent
    effort,  ///< "reasoning_effort": "high"
    object,  ///< "reasoning": {"effort": "high"}
};

/// Which earlier thoughts a request repeats. Only the model's own: another one's are held back.
enum class ReasoningHistory {
    none,
    tool_turns,  ///< of all messages between two of the user, if one of them calls tools
    all,
};

/// Which ids of tool calls are accepted; others are written as a short text that is the same in
/// every request.
enum class ToolCallIdRule {
    any,
    up_to_40,  ///< OpenAI
    exactly_9_alphanumeric,  ///< Mistral, and servers that run its models
};

/// What one server understands, and what it wants said differently. An absent member: as the
/// flavour has it.
struct OpenAiQuirks {
    OpenAiQuirks() = default;

    std::optional<std::string> output_limit_field;  ///< "max_tokens", "max_completion_tokens"

    std::optional<ReasoningRequest> reasoning_request;
    /// The efforts that are known; the nearest one is sent, and a word of the server's own only
    /// where it has no other but "none". Empty: any.
    std::optional<std::vector<std::string>> reasoning_efforts;
    /// The member of `chat_template_kwargs` that turns thinking on and off, e.g. "enable_thinking";
    /// empty: none.
    std::optional<std::string> thinking_switch;
    std::optional<bool> thinking_object;  ///< sends "thinking": {"type": "enabled"}
    std::optional<ReasoningHistory> reasoning_history;
    std::optional<std::string> reasoning_field;  ///< "reasoning_content", "reasoning"
    std::optional<bool> empty_reasoning;  ///< messages that call tools need the field even if empty
    std::optional<bool> think_tags;  ///< <think>...</think> at the start of the text is reasoning

    std::optional<bool> stream_usage;        ///< sends "stream_options": {"include_usage": true}
    std::optional<bool> model_required;      ///< false: a request may name no model
    std::optional<bool> developer_role;      ///< false: sent as "system"
    std::optional<bool> null_content;        ///< false: "" for messages that only call tools
    std::optional<bool> text_parts;          ///< false: parts of text are joined to one text
    std::optional<bool> images;              ///< false: refused in a new message, left out of older
    std::optional<ToolCallIdRule> tool_call_ids;
    /// False: no message of the user may come directly behind the result of a tool; a short one of
    /// the model goes between.
    std::optional<bool> user_after_tool;
    /// False: `name`, `refusal` and `audio` of messages are not sent; results of tools keep a name.
    std::optional<bool> message_extras;

    std::optional<bool> parallel_tool_calls;  ///< false: the wish is not sent
    std::optional<bool> strict_tools;         ///< false: `strict` of a tool is not sent
    /// False: a choice by name becomes that tool alone, which must be called.
    std::optional<bool> named_tool_choice;
    std::optional<std::string> required_tool_choice;  ///< "required", or Mistral's older "any"

    std::optional<bool> extended_sampling;     ///< top_k and min_p
    std::optional<bool> verbosity;             ///< false: the wish is not sent
    std::optional<std::string> repetition_field;  ///< "repetition_penalty", ...; empty: not sent
    std::optional<std::string> seed_field;        ///< "seed", "random_seed"
    std::optional<std::string> user_field;        ///< "user"; empty: not sent
    std::optional<std::int64_t> most_stop_texts;  ///< more are refused at once; 0: any number
};
static_assert(!std::is_aggregate_v<OpenAiQuirks>);

/// The table of one flavour: every member is set. `automatic` has that of `generic`.
OpenAiQuirks openai_quirks(OpenAiFlavour flavour);

}  // namespace capstan
