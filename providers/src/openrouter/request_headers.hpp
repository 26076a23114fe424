#pragma once

#include <capstan/message_request.hpp>
#include <capstan/providers/openrouter_options.hpp>

#include <string>
#include <string_view>

namespace capstan {

/// The X-Provider text of the settings: the option, else a header of that name.
std::string_view x_provider_text(const OpenRouterOptions& options) noexcept;

/// What a call has beside the user's own headers and the key: attribution (wire reference 1.1)
/// where the user has no header of that name, and the beta features that Claude needs for what is
/// asked, the user's among them. Throws ApiError of kind configuration for a header that cannot be sent.
HttpHeaders request_headers(const OpenRouterOptions& options, const MessageRequest& request,
                            std::string_view model, bool reasoning);

}  // namespace capstan
