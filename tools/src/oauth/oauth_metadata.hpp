#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan::oauth {

/// What a server says of itself as a protected resource (RFC 9728).
struct ResourceMetadata {
    ResourceMetadata() = default;

    std::string resource;  ///< empty: it does not say
    std::vector<std::string> authorization_servers;
    std::optional<std::vector<std::string>> scopes_supported;
};
static_assert(!std::is_aggregate_v<ResourceMetadata>);

/// What an authorization server says of itself (RFC 8414, OpenID Connect Discovery).
struct ServerMetadata {
    ServerMetadata() = default;

    std::string issuer;
    std::string authorization_endpoint;
    std::string token_endpoint;
    std::string registration_endpoint;
    std::vector<std::string> scopes_supported;
    std::vector<std::string> code_challenge_methods;
    std::optional<std::vector<std::string>> token_auth_methods;
    std::vector<std::string> token_auth_algorithms;
    bool client_id_metadata_documents = false;
    bool sends_issuer = false;  ///< RFC 9207: `iss` comes with the code
    bool assumed = false;       ///< there was no document, see assumed_metadata()
};
static_assert(!std::is_aggregate_v<ServerMetadata>);

/// Nothing if the text is no JSON object. Unknown members, and those of a wrong kind, are ignored.
std::optional<ResourceMetadata> read_resource_metadata(std::string_view text);
std::optional<ServerMetadata> read_server_metadata(std::string_view text);

/// The endpoints that MCP of 2025-03-26 assumes where there are no metadata.
ServerMetadata assumed_metadata(const std::string& origin);

/// Whether both name the same issuer; a slash at the end does not count.
bool is_same_issuer(std::string_view a, std::string_view b);

/// Why these metadata must not be used for a server at `server_url`, or an empty text: endpoints
/// that are missing or not safe.
std::string endpoint_fault(const ServerMetadata& metadata, std::string_view server_url,
                           bool with_user);

}  // namespace capstan::oauth
