#pragma once

#include "mcp/mcp_transport.hpp"

#include <capstan/http_client.hpp>

#include <string>
#include <string_view>

namespace capstan::mcp {

/// The server does not know our session (any more).
class SessionExpired : public NotSent {
public:
    using NotSent::NotSent;
};

/// What a status that is no success means, as McpError, NotSent or SessionExpired. `body` is the
/// start of the answer's body; `has_token`: an access token of OAuth was sent.
std::exception_ptr http_status_error(const McpServerConfig& config, const HttpResponse& response,
                                     std::string_view body, bool has_session,
                                     bool has_token = false);

/// What went wrong below HTTP; NotSent when no byte of the request can have arrived.
std::exception_ptr http_transport_error(const McpServerConfig& config, const HttpError& error);

}  // namespace capstan::mcp
