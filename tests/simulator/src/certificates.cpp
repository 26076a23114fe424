#include "certificates.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <random>
#include <stdexcept>

namespace capstan::testing {

namespace {

struct Free {
    void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
    void operator()(X509* p) const { X509_free(p); }
    void operator()(BIO* p) const { BIO_free(p); }
    void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

constexpr long day = 24L * 60 * 60;

void check(bool ok, const char* what) {
    if (!ok) throw std::runtime_error(std::string("simulator certificate: ") + what);
}

void add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
    X509V3_CTX context{};
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    check(extension && X509_add_ext(certificate, extension.get(), -1) == 1, value);
}

Owned<X509> blank_certificate(EVP_PKEY* key, const char* name, long from, long until) {
    Owned<X509> certificate(X509_new());
    check(certificate != nullptr, "allocation");
    X509_set_version(certificate.get(), 2);
    std::random_device random;
    ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate.get()), 1 + (random() >> 1));
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), until);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    return certificate;
}

template <class Write>
std::string pem(Write write) {
    const Owned<BIO> memory(BIO_new(BIO_s_mem()));
    check(memory && write(memory.get()) == 1, "PEM");
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &data);
    return std::string(data, static_cast<std::size_t>(size));
}

std::string pem_of(X509* certificate) {
    return pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

}  // namespace

IssuedCertificate issue_certificate(Certificate kind) {
    const Owned<EVP_PKEY> ca_key(EVP_EC_gen("P-256"));
    const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
    check(ca_key && key, "key generation");

    const auto ca = blank_certificate(ca_key.get(), "Simulator CA", -60 * day, 365 * day);
    X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
    add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE");
    add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(ca.get(), ca.get(), NID_subject_key_identifier, "hash");
    check(X509_sign(ca.get(), ca_key.get(), EVP_sha256()) > 0, "signature");

    const bool expired = kind == Certificate::expired;
    const auto leaf =
        blank_certificate(key.get(), "localhost", -30 * day, expired ? -day : 30 * day);
    X509_set_issuer_name(leaf.get(), X509_get_subject_name(ca.get()));
    add_extension(leaf.get(), ca.get(), NID_basic_constraints, "CA:FALSE");
    add_extension(leaf.get(), ca.get(), NID_ext_key_usage, "serverAuth");
    add_extension(leaf.get(), ca.get(), NID_subject_alt_name,
                  kind == Certificate::wrong_host ? "DNS:wrong.example"
                                                  : "DNS:localhost,DNS:openrouter.ai,IP:127.0.0.1");
    check(X509_sign(leaf.get(), ca_key.get(), EVP_sha256()) > 0, "signature");

    IssuedCertificate issued;
    issued.ca = pem_of(ca.get());
    issued.certificate = pem_of(leaf.get());
    issued.key = pem([&](BIO* out) {
        return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    return issued;
}

}  // namespace capstan::testing
