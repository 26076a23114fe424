#pragma once

#include <capstan/message_request.hpp>
#include <capstan/providers/anthropic_options.hpp>
#include <capstan/providers/dialect.hpp>

#include <optional>
#include <string>

namespace capstan::anthropic {

/// The model of a call: raw fields win, then the request's, then the settings'.
std::string model_of(const AnthropicOptions& options, const MessageRequest& request);

/// What is known of a model: the settings' info for the model that they name, else the built-in.
std::optional<ModelInfo> info_of(const AnthropicOptions& options, const std::string& model);

/// The request for POST /messages: a pure function. Fields are written in this order, those without
/// a value not at all: model, models (only for names with a vendor, as OpenRouter has them),
/// max_tokens, system, messages, tools, tool_choice, thinking, output_config, temperature, top_p,
/// top_k, stop_sequences, metadata, session_id (as models), stream, then raw fields of the settings
/// and of the request. A raw field with one of those names takes its place.
///
/// Throws ApiError of kind configuration or invalid_request when the request could only be refused.
WireRequest write_request(const AnthropicOptions& options, const MessageRequest& request,
                          ReasoningReplay replay);

}  // namespace capstan::anthropic
