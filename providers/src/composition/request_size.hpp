#pragma once

#include <capstan/message_request.hpp>

#include <cstdint>

namespace capstan::composition {

/// About how many tokens the model will read: system prompt, messages, tools and format, by
/// TokenEstimator's rate.
std::int64_t estimate_prompt_tokens(const MessageRequest& request);

}  // namespace capstan::composition
