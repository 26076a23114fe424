#pragma once

#include <capstan/providers/dialect.hpp>
#include <capstan/providers/openai_responses.hpp>

namespace capstan::responses {

/// The request of one call, for POST /responses (wire reference 12.2). Everything but the key.
/// Throws ApiError of kind configuration or invalid_request when it could only be refused.
WireRequest write_request(const OpenAiResponsesOptions& options, const MessageRequest& request,
                          ReasoningReplay replay);

}  // namespace capstan::responses
