#pragma once

#include <capstan/message_request.hpp>
#include <capstan/model_info.hpp>
#include <capstan/providers/dialect.hpp>
#include <capstan/providers/openai_quirks.hpp>
#include <capstan/providers/provider_options.hpp>

namespace capstan::compatible {

/// Writes the request for POST /chat/completions: a pure function. `quirks` has every member set;
/// `info` is what is known of the model, or null.
///
/// Fields in this order, those without a value not at all: model, messages, tools, tool_choice,
/// parallel_tool_calls, reasoning, the output limit, sampling, response_format, modalities, audio,
/// user, stream, stream_options, then raw fields of the settings and of the request. A raw field
/// with one of those names takes its place. An output limit is sent only if one was asked for.
///
/// Throws ApiError of kind configuration or invalid_request when the request could only be refused.
WireRequest write_request(const ProviderOptions& options, const OpenAiQuirks& quirks,
                          const MessageRequest& request, const ModelInfo* info,
                          ReasoningReplay replay = ReasoningReplay::fitting);

/// The model that a call asks for; may be empty.
std::string model_of(const ProviderOptions& options, const MessageRequest& request);

}  // namespace capstan::compatible
