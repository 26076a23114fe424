#include "oauth/oauth_client.hpp"
#include "oauth/oauth_crypto.hpp"

#include <catch2/catch_test_macros.hpp>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace capstan;
using namespace capstan::oauth;

namespace {

using KeyPtr = std::shared_ptr<EVP_PKEY>;

KeyPtr owned(EVP_PKEY* key) {
    REQUIRE(key);
    return KeyPtr(key, EVP_PKEY_free);
}

std::string pem_of(const KeyPtr& key, const EVP_CIPHER* cipher = nullptr) {
    const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free);
    const std::string passphrase = "pass";
    REQUIRE(PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), cipher, passphrase.c_str(),
                                          static_cast<int>(passphrase.size()), nullptr, nullptr));
    char* data = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &data);
    return std::string(data, static_cast<std::size_t>(size));
}

std::string decoded(std::string text) {
    for (auto& c : text) {
        if (c == '-') c = '+';
        if (c == '_') c = '/';
    }
    const auto padding = (4 - text.size() % 4) % 4;
    text.append(padding, '=');
    std::string bytes(text.size() / 4 * 3, '\0');
    REQUIRE(EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                            reinterpret_cast<const unsigned char*>(text.data()),
                            static_cast<int>(text.size())) >= 0);
    bytes.resize(bytes.size() - padding);
    return bytes;
}

std::string der_of(const std::string& fixed) {
    const auto half = static_cast<int>(fixed.size() / 2);
    const auto* data = reinterpret_cast<const unsigned char*>(fixed.data());
    const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> pair(ECDSA_SIG_new(), ECDSA_SIG_free);
    ECDSA_SIG_set0(pair.get(), BN_bin2bn(data, half, nullptr),
                   BN_bin2bn(data + half, half, nullptr));
    unsigned char* out = nullptr;
    const int size = i2d_ECDSA_SIG(pair.get(), &out);
    std::string der(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
    OPENSSL_free(out);
    return der;
}

const EVP_MD* digest_of(const std::string& algorithm) {
    if (algorithm == "EdDSA") return nullptr;
    return EVP_get_digestbyname(("SHA" + algorithm.substr(2)).c_str());
}

/// As a server would look at it.
bool is_signed(const KeyPtr& key, const std::string& token, const std::string& algorithm) {
    const auto dot = token.rfind('.');
    const auto text = token.substr(0, dot);
    auto signature = decoded(token.substr(dot + 1));
    if (algorithm.starts_with("ES")) signature = der_of(signature);
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                     EVP_MD_CTX_free);
    EVP_PKEY_CTX* details = nullptr;
    REQUIRE(EVP_DigestVerifyInit(context.get(), &details, digest_of(algorithm), nullptr,
                                 key.get()) == 1);
    if (algorithm.starts_with("PS")) {
        EVP_PKEY_CTX_set_rsa_padding(details, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(details, RSA_PSS_SALTLEN_DIGEST);
    }
    return EVP_DigestVerify(context.get(),
                            reinterpret_cast<const unsigned char*>(signature.data()),
                            signature.size(),
                            reinterpret_cast<const unsigned char*>(text.data()),
                            text.size()) == 1;
}

}  // namespace

TEST_CASE("Assertions are signed with every kind of key, as servers verify them") {
    struct Row {
        KeyPtr key;
        std::vector<std::string> algorithms;
    };
    const std::vector<Row> rows = {
        {owned(EVP_RSA_gen(2048)), {"RS256", "PS256", "RS384", "PS384", "RS512", "PS512"}},
        {owned(EVP_EC_gen("P-256")), {"ES256"}},
        {owned(EVP_EC_gen("P-384")), {"ES384"}},
        {owned(EVP_EC_gen("P-521")), {"ES512"}},
        {owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")), {"EdDSA"}},
    };
    json::object claims;
    claims["iss"] = "id";
    for (const auto& row : rows) {
        const SigningKey key(pem_of(row.key));
        CHECK(key.algorithm() == row.algorithms[0]);
        for (const auto& algorithm : row.algorithms) {
            INFO(algorithm);
            CHECK(key.algorithm({"HS256", algorithm}) == algorithm);
            // Many times: a short number must be padded.
            for (int i = 0; i < (algorithm.starts_with("ES") ? 300 : 1); ++i) {
                const auto token = key.sign(claims, algorithm);
                CHECK(is_signed(row.key, token, algorithm));
                CHECK_FALSE(is_signed(row.key, "x" + token, algorithm));
            }
            const auto token = key.sign(claims, algorithm);
            CHECK(decoded(token.substr(0, token.find('.'))) ==
                  R"({"alg":")" + algorithm + R"(","typ":"JWT"})");
        }
        CHECK_THROWS_AS(key.algorithm({"HS256"}), std::runtime_error);
    }
}

TEST_CASE("What is no private key is refused without being quoted, and nobody is asked") {
    const auto key = owned(EVP_EC_gen("P-256"));
    const std::vector<std::string> bad = {"", "secret-text",
                                    "-----BEGIN PRIVATE KEY-----\nsecret-text\n-----END PRIVATE "
                                    "KEY-----\n",
                                    pem_of(key, EVP_aes_128_cbc())};
    for (const auto& pem : bad) {
        try {
            SigningKey refused(pem);
            FAIL("it was taken");
        } catch (const std::runtime_error& error) {
            CHECK(std::string(error.what()).find("secret-text") == std::string::npos);
        }
    }
    CHECK_THROWS_AS(SigningKey(pem_of(owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519")))),
                    std::runtime_error);
}

TEST_CASE("An assertion says who asks whom, and lives for minutes") {
    const auto key = owned(EVP_EC_gen("P-256"));
    Client client;
    client.id = "id";
    client.private_key = pem_of(key);
    ServerMetadata server;
    server.issuer = "https://as.example";
    server.token_auth_methods = {{"private_key_jwt", "none"}};
    const Time now{std::chrono::seconds(1'800'000'000)};
    Form first, second;
    HttpHeaders headers;
    authenticate(client, server, now, first, headers);
    authenticate(client, server, now, second, headers);
    CHECK(form_value(first, "client_id") == "id");
    CHECK(form_value(first, "client_assertion_type") ==
          "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    const auto token = form_value(first, "client_assertion");
    CHECK(is_signed(key, token, "ES256"));
    const auto begin = token.find('.') + 1;
    const auto claims =
        parse_json(decoded(token.substr(begin, token.rfind('.') - begin))).as_object();
    CHECK(claims.at("iss") == "id");
    CHECK(claims.at("sub") == "id");
    CHECK(claims.at("aud") == "https://as.example");
    CHECK(claims.at("iat") == 1'800'000'000);
    CHECK(claims.at("exp") == 1'800'000'300);
    CHECK(token != form_value(second, "client_assertion"));  // each with its own jti
}
