#pragma once

#include "oauth/oauth_client.hpp"

#include <capstan/json.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace capstan::oauth {

/// A refusal by an authorization server.
class OAuthError : public std::runtime_error {
public:
    OAuthError(std::string code, const std::string& what)
        : std::runtime_error(what), code_(std::move(code)) {}

    const std::string& code() const noexcept { return code_; }  ///< "invalid_grant"; may be empty

private:
    std::string code_;
};

struct Tokens {
    Tokens() = default;

    std::string access;
    std::string refresh;  ///< empty: there is none
    std::string scope;    ///< as granted
    std::optional<Time> expires_at;
};
static_assert(!std::is_aggregate_v<Tokens>);

/// What is kept of the authorization at one server.
struct Kept {
    Kept() = default;

    std::string issuer;  ///< whose client and tokens these are
    Client client;       ///< only one that registered itself
    Tokens tokens;
};
static_assert(!std::is_aggregate_v<Kept>);

/// The answer to a token request. `requested` is the scope that counts when the answer names none
/// (RFC 6749 section 5.1). Throws OAuthError, which quotes the server.
Tokens read_tokens(int status, std::string_view body, const std::string& requested, Time now);

/// The grant that a token exchange gave (RFC 8693 section 2.2.1); nothing if it was refused.
std::optional<std::string> read_assertion(int status, std::string_view body);

/// The error that an answer holds: {error, error_description}.
OAuthError read_error(int status, std::string_view body);

/// Whether a new token is due: a little before its end.
bool is_expiring(const Tokens& tokens, Time now);

json::object to_json(const Kept& kept);
Kept kept_from_json(const json::object& object);

}  // namespace capstan::oauth
