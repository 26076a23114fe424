#pragma once

#include <capstan/message_request.hpp>
#include <capstan/model_info.hpp>
#include <capstan/providers/openrouter_options.hpp>

#include <optional>
#include <string_view>

namespace capstan {

/// The reasoning that a call asks for: the request's, else the handler's settings. Throws ApiError
/// of kind configuration for an unknown effort and a negative budget.
ReasoningOptions wanted_reasoning(const OpenRouterOptions& options, const MessageRequest& request);

/// True for effort "none", a budget of 0 and `enabled` false.
bool is_reasoning_off(const ReasoningOptions& reasoning) noexcept;

/// What fits the model (wire reference 2.4): a budget wins over an effort; an effort that the
/// catalogue does not list becomes the nearest listed one, the lower of two; models that must
/// reason get their lowest effort instead of "off".
ReasoningOptions fit_reasoning(ReasoningOptions wanted, std::string_view model,
                               const ModelInfo* info);

/// The `reasoning` member; empty: not sent. "Off" is sent as it was asked for: {"effort":"none"}
/// for the effort, {"enabled":false} for a budget of 0.
json::object reasoning_parameter(const ReasoningOptions& reasoning);

}  // namespace capstan
