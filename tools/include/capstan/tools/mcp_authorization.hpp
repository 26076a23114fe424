#pragma once

#include <capstan/json.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

namespace capstan {

namespace asio = boost::asio;

/// How an access token is obtained.
enum class McpGrant {
    authorization_code,  ///< a user consents in a browser (OAuth 2.1, PKCE with S256)
    client_credentials,  ///< the program acts for itself
    /// The identity provider of an enterprise vouches for the user: its ID token is exchanged for a
    /// grant (RFC 8693), the grant for a token (RFC 7523). Extension "enterprise-managed".
    identity_assertion,
};

/// The identity provider for McpGrant::identity_assertion.
struct McpIdentityProvider {
    McpIdentityProvider() = default;

    std::string token_endpoint;
    std::string client_id;      ///< of this program at the provider
    std::string client_secret;  ///< empty: a public client
    /// Gives the ID token of the user who is logged in. Its exceptions end the authorization.
    std::function<asio::awaitable<std::string>()> id_token;
};
static_assert(!std::is_aggregate_v<McpIdentityProvider>);

/// What is known beforehand of the authorization of one server. All of it may be empty: then the
/// client registers itself (RFC 7591), and asks for the scopes that the server names.
struct McpServerAuthorization {
    McpServerAuthorization() = default;

    McpGrant grant = McpGrant::authorization_code;
    /// A client registered beforehand, and how it proves itself at the token endpoint: with a
    /// secret, or with a private key (PEM without a passphrase: RSA, P-256, P-384, P-521, Ed25519).
    std::string client_id;
    std::string client_secret;
    std::string private_key;
    /// The authorization server that the client is registered with. No other is given its secret.
    /// Empty: the one that the MCP server names.
    std::string issuer;
    std::string scope;  ///< scopes, a blank between two; empty: those that the server names
    McpIdentityProvider identity;
};
static_assert(!std::is_aggregate_v<McpServerAuthorization>);

/// Keeps authorizations between runs of a program: for each server an object that holds tokens and
/// the secrets of a registration. Called on the client's executor. Exceptions of load() count as
/// nothing kept, those of save() are dropped: the authorization goes on in memory. Several programs
/// may share a store: before a token is renewed it is looked up there.
class McpTokenStore {
public:
    McpTokenStore() = default;
    McpTokenStore(const McpTokenStore&) = delete;
    McpTokenStore& operator=(const McpTokenStore&) = delete;
    virtual ~McpTokenStore() = default;

    /// Empty if nothing is kept for that server. `server_url` is in its canonical form.
    virtual asio::awaitable<json::object> load(std::string server_url) = 0;
    /// An empty object: nothing is to be kept any more.
    virtual asio::awaitable<void> save(std::string server_url, json::object secrets) = 0;
};

/// How a program authorizes itself at MCP servers over HTTP that ask for it (401, or 403 with the
/// scopes that are missing). Follows MCP's "Authorization" of 2025-11-25, and the way of 2025-03-26
/// for servers without metadata of their own. A server whose configuration has a header
/// "Authorization" is left alone. Tokens and secrets are in memory and in `tokens` only.
struct McpAuthorizationOptions {
    McpAuthorizationOptions() = default;

    /// Lets the user consent: opens `url` in a browser, and gives the URL that the browser was sent
    /// to in the end, `redirect_uri` with a query. McpLoopback has one ready. Called on the
    /// client's executor; cancelled when nobody waits any more, or when `timeout` has passed. An
    /// exception ends the authorization; the calls that needed it fail with its text. Empty: no
    /// server can be authorized by a user.
    std::function<asio::awaitable<std::string>(std::string server, std::string url)> authorize;
    /// On this machine (http://127.0.0.1:PORT/...), or https.
    std::string redirect_uri;
    std::string client_name = "Capstan";  ///< shown to the user who is asked to consent
    /// An https URL with a path, under which the client's metadata document lies: is the client id
    /// where the authorization server knows such documents. Empty: the client has none.
    std::string client_metadata_url;
    std::shared_ptr<McpTokenStore> tokens;       ///< null: in memory, as long as the client lives
    std::chrono::milliseconds timeout{300'000};  ///< for `authorize`
};
static_assert(!std::is_aggregate_v<McpAuthorizationOptions>);

}  // namespace capstan
