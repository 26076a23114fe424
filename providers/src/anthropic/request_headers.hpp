#pragma once

#include <capstan/providers/anthropic_options.hpp>

#include <type_traits>

namespace capstan::anthropic {

/// What a request needs that has to be asked for.
struct HeaderNeeds {
    HeaderNeeds() = default;

    bool interleaving = false;    ///< thinking between tool calls
    bool uploaded_files = false;
    bool strict_tools = false;
    bool through_router = false;  ///< OpenRouter wants features in a header of its own
};
static_assert(!std::is_aggregate_v<HeaderNeeds>);

/// What a call has beside the user's own headers and the key: anthropic-version, and anthropic-beta
/// with the user's. Throws ApiError of kind configuration for a header that cannot be sent.
HttpHeaders request_headers(const AnthropicOptions& options, const HeaderNeeds& needs);

}  // namespace capstan::anthropic
