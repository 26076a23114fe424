#pragma once

#include <capstan/providers/openai_responses.hpp>

namespace capstan::responses {

/// The headers of one call, without the key's. Throws ApiError of kind configuration for one that
/// cannot be sent.
HttpHeaders request_headers(const OpenAiResponsesOptions& options, const MessageRequest& request);

}  // namespace capstan::responses
