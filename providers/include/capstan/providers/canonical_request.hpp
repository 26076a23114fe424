#pragma once

#include <capstan/message_request.hpp>

namespace capstan {

/// What of a request decides on its answer, as JSON: model and fallback models, system prompt,
/// messages with their reasoning and origin, tools and tool choice, sampling, limits, reasoning,
/// format, plugins, modalities, audio, `extra`. Absent settings are absent.
///
/// Left out is what belongs to the call and not to the question: the whole context (callbacks,
/// deadline, session, user, trace, role), `metadata`, `stream`, pins of the conversation, and the
/// same fields in `extra` (metadata, session_id, stream, stream_options, trace, user).
///
/// Requests that mean the same give equal values; canonical_json() of them gives equal bytes. Pure.
json::object canonical_request(const MessageRequest& request);

}  // namespace capstan
