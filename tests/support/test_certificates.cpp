#include "test_certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace capstan::testing {

namespace {

using Key = std::shared_ptr<EVP_PKEY>;
using Certificate = std::shared_ptr<X509>;

constexpr long day = 24 * 60 * 60;

Key new_key() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    auto* const extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

Certificate new_certificate(const std::string& name, EVP_PKEY* key, long serial, bool expired) {
    Certificate certificate(X509_new(), X509_free);
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -2 * day);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), expired ? -day : day);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    return certificate;
}

std::string write_to_file(X509* certificate) {
    std::string name = "/tmp/capstan-ca-" + std::string(6, 'X');
    const int descriptor = ::mkstemp(name.data());
    std::FILE* const file = ::fdopen(descriptor, "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    return name;
}

}  // namespace

struct TestAuthority::Keys {
    Key key = new_key();
    Certificate certificate;
};

TestAuthority::TestAuthority() : keys_(std::make_unique<Keys>()) {
    static std::atomic<int> count{0};
    const auto name = "capstan test authority " + std::to_string(++count);
    keys_->certificate = new_certificate(name, keys_->key.get(), 1, false);
    auto* const ca = keys_->certificate.get();
    X509_set_issuer_name(ca, X509_get_subject_name(ca));
    add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(ca, ca, NID_key_usage, "critical,keyCertSign");
    X509_sign(ca, keys_->key.get(), EVP_sha256());
    ca_file_ = write_to_file(ca);
}

TestAuthority::~TestAuthority() { ::unlink(ca_file_.c_str()); }

std::shared_ptr<ssl_ctx_st> TestAuthority::server(const std::string& names, bool expired) const {
    const Key key = new_key();
    const auto certificate = new_certificate("capstan test server", key.get(), 2, expired);
    auto* const ca = keys_->certificate.get();
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(ca));
    add_extension(certificate.get(), ca, NID_subject_alt_name, names);
    X509_sign(certificate.get(), keys_->key.get(), EVP_sha256());
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    SSL_CTX_use_certificate(context.get(), certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), key.get());
    return context;
}

}  // namespace capstan::testing
