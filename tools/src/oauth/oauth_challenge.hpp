#pragma once

#include <capstan/http_client.hpp>

#include <string>
#include <string_view>
#include <type_traits>

namespace capstan::oauth {

/// What a server asks for with WWW-Authenticate: Bearer (RFC 6750 section 3, RFC 9728 section 5.1).
struct Challenge {
    Challenge() = default;

    std::string resource_metadata;  ///< URL; empty, as the others: it names none
    std::string scope;
    std::string error;  ///< "invalid_token", "insufficient_scope", ...
};
static_assert(!std::is_aggregate_v<Challenge>);

/// Reads one field, which may hold several challenges, of other schemes too. The first value of a
/// parameter counts. What cannot be understood is left out.
void read_challenge(std::string_view field, Challenge& challenge);

/// All fields of a response.
Challenge read_challenge(const HttpHeaders& headers);

}  // namespace capstan::oauth
