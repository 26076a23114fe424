#include "net/http_tls.hpp"

#include <capstan/http_client.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace capstan::http {

std::shared_ptr<asio::ssl::context> make_tls_context(const std::string& ca_file) {
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
    context->set_verify_mode(asio::ssl::verify_peer);
    ErrorCode error;
    if (ca_file.empty()) context->set_default_verify_paths(error);
    else context->load_verify_file(ca_file, error);
    if (error)
        throw HttpError(HttpErrorKind::tls, "cannot read certificates from " +
                                                (ca_file.empty() ? "the system" : ca_file) + ": " +
                                                error.message());
    return context;
}

asio::awaitable<std::size_t> TlsStream::read_some(asio::mutable_buffer buffer, ErrorCode& error) {
    auto operation = stream_.async_read_some(buffer, asio::as_tuple(asio::deferred));
    const auto [failure, size] = co_await std::move(operation);
    error = failure;
    co_return size;
}

asio::awaitable<std::size_t> TlsStream::write_some(std::span<const asio::const_buffer> buffers,
                                                   ErrorCode& error) {
    auto operation = stream_.async_write_some(buffers, asio::as_tuple(asio::deferred));
    const auto [failure, size] = co_await std::move(operation);
    error = failure;
    co_return size;
}

void TlsStream::expect_host(const std::string& host, ErrorCode& error) {
    SSL* const ssl = stream_.native_handle();
    ErrorCode no_address;
    asio::ip::make_address(host, no_address);
    int fine = 1;
    if (!no_address) {
        fine = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
    } else {
        SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        fine = SSL_set1_host(ssl, host.c_str()) && SSL_set_tlsext_host_name(ssl, host.c_str());
    }
    if (fine) return;
    error = ErrorCode(static_cast<int>(ERR_get_error()), asio::error::get_ssl_category());
}

asio::awaitable<void> TlsStream::handshake(std::string host, ErrorCode& error, std::string& why) {
    expect_host(host, error);
    if (error) co_return;
    auto operation = stream_.async_handshake(asio::ssl::stream_base::client,
                                             asio::as_tuple(asio::deferred));
    const auto [failure] = co_await std::move(operation);
    error = failure;
    if (error) why = explain(error);
}

std::string TlsStream::explain(const ErrorCode& error) {
    const long verdict = SSL_get_verify_result(stream_.native_handle());
    if (verdict != X509_V_OK)
        return std::string("its certificate is not accepted: ") +
               X509_verify_cert_error_string(verdict);
    if (error == asio::ssl::error::stream_truncated || error == asio::error::eof)
        return "the connection was closed during the TLS handshake";
    return error.message();
}

}  // namespace capstan::http
