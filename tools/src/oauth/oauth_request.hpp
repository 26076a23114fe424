#pragma once

#include "oauth/oauth_discovery.hpp"
#include "oauth/oauth_url.hpp"

#include <capstan/tools/mcp_authorization.hpp>

#include <string>
#include <string_view>
#include <type_traits>

namespace capstan::oauth {

/// The secrets of one authorization by a user (RFC 6749 section 10.12, RFC 7636).
struct Secrets {
    Secrets() = default;
    static Secrets make();

    std::string verifier;
    std::string state;
};
static_assert(!std::is_aggregate_v<Secrets>);

/// The URL that the user's browser opens.
std::string authorization_url(const Discovered& found, const std::string& client_id,
                              const std::string& redirect_uri, const std::string& scope,
                              const Secrets& secrets);

/// The code in the URL that the browser came back with. Throws OAuthError for a refusal, and for
/// an answer that is not the one to our question: another state, another issuer (RFC 9207).
std::string read_redirect(std::string_view url, const Secrets& secrets,
                          const ServerMetadata& server);

// Forms of token requests, without the client's proof.

Form code_form(const Discovered& found, const std::string& code, const std::string& redirect_uri,
               const Secrets& secrets);
Form refresh_form(const Discovered& found, const std::string& refresh_token);
Form client_credentials_form(const Discovered& found, const std::string& scope);
/// RFC 8693: an ID token for a grant at the authorization server that was found.
Form token_exchange_form(const Discovered& found, const std::string& id_token,
                         const std::string& scope);
/// RFC 7523.
Form assertion_form(const Discovered& found, const std::string& assertion,
                    const std::string& scope);

/// The scopes to ask for: as configured, else as challenged, else all that the resource names; with
/// `offline_access` where the authorization server gives refresh tokens for it only.
std::string choose_scope(const std::string& configured, const std::string& challenged,
                         const Discovered& found, bool with_user);

}  // namespace capstan::oauth
