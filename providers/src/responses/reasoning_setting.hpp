#pragma once

#include <capstan/message_request.hpp>

#include <string_view>

namespace capstan::responses {

/// The `reasoning` object: {effort, summary}; empty when nothing is asked for. A router, whose
/// models have their vendor in front, takes a thinking budget as well. OpenAI has none: there up
/// to 2048 tokens are low effort, up to 8192 medium, more are high, and 0 is no reasoning. No
/// reasoning is the least effort that OpenAI's model takes: "none" is refused by those before
/// gpt-5.1, by Codex and pro models; to one that never reasons nothing is said. Throws ApiError of
/// kind configuration for an unknown effort and a negative budget.
json::object reasoning_setting(const ReasoningOptions& wanted, std::string_view summary,
                               std::string_view model);

/// True for a model with its vendor in front, "openai/gpt-5": the server is a router.
bool is_routed(std::string_view model) noexcept;

/// False for OpenAI's models that are known not to reason, and refuse to be asked for it.
bool may_reason(std::string_view model);

}  // namespace capstan::responses
