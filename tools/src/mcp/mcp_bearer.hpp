#pragma once

#include <capstan/http_client.hpp>

#include <string>

namespace capstan::mcp {

/// Adds an access token; an empty one is none.
inline void set_bearer(HttpRequest& request, const std::string& token) {
    if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
}

}  // namespace capstan::mcp
