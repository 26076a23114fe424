#pragma once

#include "oauth/oauth_metadata.hpp"
#include "oauth/oauth_url.hpp"

#include <capstan/http_client.hpp>
#include <capstan/json.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace capstan::oauth {

using Time = std::chrono::system_clock::time_point;

/// How we are known to an authorization server.
struct Client {
    Client() = default;

    std::string id;
    std::string secret;
    std::string private_key;
    std::string auth_method;    ///< of the token endpoint; empty: what its metadata suggest
    std::string redirect_uri;   ///< this and the rest: of a registration
    std::string scope;
    std::optional<Time> secret_expires_at;
};
static_assert(!std::is_aggregate_v<Client>);

/// How the client proves itself at the token endpoint: "none", "client_secret_basic",
/// "client_secret_post" or "private_key_jwt".
std::string auth_method(const Client& client, const ServerMetadata& server);

/// Adds the proof to a token request. `now` is for the assertion's limits. Throws
/// std::runtime_error if the private key is no good.
void authenticate(const Client& client, const ServerMetadata& server, Time now, Form& form,
                  HttpHeaders& headers);

/// The same with a method that was chosen already.
void authenticate(const Client& client, const std::string& method, const ServerMetadata& server,
                  Time now, Form& form, HttpHeaders& headers);

/// The body of a registration (RFC 7591 section 3.1).
json::object registration_request(const ServerMetadata& server, const std::string& name,
                                  const std::string& redirect_uri, const std::string& scope);

/// Its answer; nothing if it names no client id.
std::optional<Client> read_registration(std::string_view body);

json::object to_json(const Client& client);
Client client_from_json(const json::object& object);

}  // namespace capstan::oauth
