#pragma once

#include <capstan/json.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::oauth {

std::string base64(std::string_view bytes);
/// Of the alphabet for URLs, without padding (RFC 7515 appendix C).
std::string base64_url(std::string_view bytes);

/// 43 characters from 32 random bytes: a code verifier (RFC 7636 section 4.1), a state, a nonce.
/// Throws std::runtime_error if the system has no randomness.
std::string random_text();

/// The challenge of a verifier, method S256 (RFC 7636 section 4.2).
std::string code_challenge(std::string_view verifier);

/// A private key that signs assertions (RFC 7515, RFC 7518).
class SigningKey {
public:
    /// PEM without a passphrase. Throws std::runtime_error, which does not quote it, if it is no
    /// key, or of a kind that is not known: RSA, P-256, P-384, P-521, Ed25519.
    explicit SigningKey(std::string_view pem);

    /// The algorithm that fits the key, the best of those that `accepted` has (empty: any). Throws
    /// std::runtime_error if none of them fits.
    std::string algorithm(const std::vector<std::string>& accepted = {}) const;
    /// A JSON Web Token in compact form.
    std::string sign(const json::object& claims, const std::string& algorithm) const;

private:
    std::string signature(std::string_view text, const std::string& algorithm) const;

    std::shared_ptr<void> key_;  // EVP_PKEY
};

}  // namespace capstan::oauth
