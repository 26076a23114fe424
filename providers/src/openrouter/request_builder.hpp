#pragma once

#include <capstan/message_request.hpp>
#include <capstan/model_info.hpp>
#include <capstan/providers/dialect.hpp>
#include <capstan/providers/openrouter_options.hpp>

namespace capstan {

/// Builds the request for one call: a pure function. Copies no message and builds no JSON document
/// of the conversation.
///
/// `info` is what the catalogue says of the model; the settings' own model info wins over it where
/// the call uses the handler's model. Fields are written in this order, those without a value not
/// at all: model, models, messages, tools, tool_choice, parallel_tool_calls, reasoning, max_tokens
/// (or max_completion_tokens), temperature, top_p, top_k, min_p, top_a, frequency_penalty,
/// presence_penalty, repetition_penalty, seed, stop, logit_bias, logprobs, top_logprobs, verbosity,
/// response_format, plugins, modalities, audio, provider, user, session_id, metadata, trace,
/// stream, then raw fields of the settings and of the request. A raw field with one of those names
/// takes its place; raw reasoning_effort or include_reasoning replaces `reasoning`, and either name
/// of the output limit replaces ours.
///
/// Throws ApiError of kind configuration or invalid_request when the request could only be refused.
WireRequest build_chat_request(const OpenRouterOptions& options, const MessageRequest& request,
                               const ModelInfo* info,
                               ReasoningReplay replay = ReasoningReplay::fitting);

}  // namespace capstan
