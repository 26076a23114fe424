#pragma once

#include "oauth/oauth_metadata.hpp"

#include <capstan/http_client.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <type_traits>

namespace capstan::oauth {

/// What is asked of discover().
struct Search {
    Search() = default;

    std::string server_url;         ///< of the MCP server, canonical
    std::string resource_metadata;  ///< URL of the challenge; empty: it named none
    std::string issuer;             ///< the only one that is wanted; empty: any
    std::string known_issuer;       ///< preferred if the server names several
    bool with_user = true;          ///< the authorization endpoint is needed
};
static_assert(!std::is_aggregate_v<Search>);

struct Discovered {
    Discovered() = default;

    std::string resource;  ///< for the parameter of RFC 8707
    std::optional<std::string> scopes;
    ServerMetadata server;
};
static_assert(!std::is_aggregate_v<Discovered>);

/// Finds the authorization server of an MCP server and what it says of itself. Throws
/// std::runtime_error for a person, or HttpError.
asio::awaitable<Discovered> discover(HttpClient& http, Search search);

}  // namespace capstan::oauth
