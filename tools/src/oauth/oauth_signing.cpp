// Signatures of JSON Web Tokens (RFC 7518 section 3, RFC 8037 section 3.1).
#include "oauth/oauth_crypto.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <stdexcept>

namespace capstan::oauth {

namespace {

constexpr const char* failed = "the assertion cannot be signed with the private key";

EVP_PKEY* pkey(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }

/// Without it OpenSSL would ask on the terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

/// What a key may sign with, the usual one first.
std::vector<std::string> algorithms_of(EVP_PKEY* key) {
    switch (EVP_PKEY_get_base_id(key)) {
        case EVP_PKEY_RSA:
            return {"RS256", "PS256", "RS384", "PS384", "RS512", "PS512"};
        case EVP_PKEY_ED25519:
            return {"EdDSA"};
        case EVP_PKEY_EC:
            break;
        default:
            return {};
    }
    switch (EVP_PKEY_get_bits(key)) {
        case 256:
            return {"ES256"};
        case 384:
            return {"ES384"};
        case 521:
            return {"ES512"};
        default:
            return {};
    }
}

const EVP_MD* digest_of(const std::string& algorithm) {
    if (algorithm == "EdDSA") return nullptr;
    if (algorithm.ends_with("384")) return EVP_sha384();
    return algorithm.ends_with("512") ? EVP_sha512() : EVP_sha256();
}

void use_pss(EVP_PKEY_CTX* context) {
    if (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) != 1 ||
        EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) != 1) {
        throw std::runtime_error(failed);
    }
}

/// From the DER form to both numbers in a fixed width.
std::string fixed_width(const std::string& der, EVP_PKEY* key) {
    const auto* data = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> pair(
        d2i_ECDSA_SIG(nullptr, &data, static_cast<long>(der.size())), ECDSA_SIG_free);
    if (!pair) throw std::runtime_error(failed);
    const int width = (EVP_PKEY_get_bits(key) + 7) / 8;
    std::string result(static_cast<std::size_t>(2 * width), '\0');
    auto* out = reinterpret_cast<unsigned char*>(result.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out, width);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out + width, width);
    return result;
}

}  // namespace

SigningKey::SigningKey(std::string_view pem) {
    const std::unique_ptr<BIO, int (*)(BIO*)> source(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    auto* key = source ? PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr)
                       : nullptr;
    if (!key) throw std::runtime_error("the private key is no PEM without a passphrase");
    key_ = std::shared_ptr<void>(key, [](void* known) {
        EVP_PKEY_free(static_cast<EVP_PKEY*>(known));
    });
    if (algorithms_of(key).empty()) {
        throw std::runtime_error("the private key is of a kind that is not supported");
    }
}

std::string SigningKey::algorithm(const std::vector<std::string>& accepted) const {
    for (auto& known : algorithms_of(pkey(key_))) {
        const bool fits = std::find(accepted.begin(), accepted.end(), known) != accepted.end();
        if (fits || accepted.empty()) return known;
    }
    throw std::runtime_error("the authorization server accepts no signature of the private key");
}

std::string SigningKey::sign(const json::object& claims, const std::string& algorithm) const {
    json::object header;
    header["alg"] = algorithm;
    header["typ"] = "JWT";
    auto text = base64_url(to_json_text(header)) + '.' + base64_url(to_json_text(claims));
    text += '.' + base64_url(signature(text, algorithm));
    return text;
}

std::string SigningKey::signature(std::string_view text, const std::string& algorithm) const {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                     EVP_MD_CTX_free);
    EVP_PKEY_CTX* details = nullptr;  // belongs to the other
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    if (!context || EVP_DigestSignInit(context.get(), &details, digest_of(algorithm), nullptr,
                                       pkey(key_)) != 1) {
        throw std::runtime_error(failed);
    }
    if (algorithm.starts_with("PS")) use_pss(details);
    if (EVP_DigestSign(context.get(), nullptr, &size, data, text.size()) != 1) {
        throw std::runtime_error(failed);
    }
    std::string result(size, '\0');
    auto* out = reinterpret_cast<unsigned char*>(result.data());
    if (EVP_DigestSign(context.get(), out, &size, data, text.size()) != 1) {
        throw std::runtime_error(failed);
    }
    result.resize(size);
    return algorithm.starts_with("ES") ? fixed_width(result, pkey(key_)) : result;
}

}  // namespace capstan::oauth
