#pragma once

#include <capstan/message_request.hpp>
#include <capstan/providers/openrouter_options.hpp>

#include <string>
#include <string_view>

namespace capstan {

/// The X-Provider text of the settings: the option, else a header of that name.
std::string_view x_provider_text(const OpenRouterOptions& options) noexcept;

/// The headers of a call but Authorization and Content-Type: attribution (wire reference 1.1), the
/// beta features that Claude needs for what is asked, and the user's own. Authorization,
/// Content-Type and X-Provider of the user are left out. Throws ApiError of kind configuration for
/// a header that cannot be sent.
HttpHeaders request_headers(const OpenRouterOptions& options, const MessageRequest& request,
                            std::string_view model, bool reasoning);

}  // namespace capstan
