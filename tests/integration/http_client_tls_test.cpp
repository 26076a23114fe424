// TLS: who is believed, and what a broken end means.
#include "http_fetch.hpp"
#include "raw_server.hpp"
#include "test_certificates.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace capstan;
using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

RawServer::Script secure(std::shared_ptr<ssl_ctx_st> context, std::string answer) {
    return [context, answer](RawPeer& peer) {
        peer.start_tls(context.get());
        for (;;) {
            peer.read_request();
            peer.send(answer);
        }
    };
}

std::string secure_url(const RawServer& server, const std::string& host = "127.0.0.1") {
    return "https://" + host + ":" + std::to_string(server.port()) + "/";
}

HttpClientOptions trusting(const TestAuthority& authority) {
    HttpClientOptions options;
    options.ca_file = authority.ca_file();
    return options;
}

}  // namespace

TEST_CASE("TLS with a certificate of the given authority, by address and by name") {
    TestAuthority authority;
    RawServer server(secure(authority.server("IP:127.0.0.1,DNS:localhost"), ok));
    HttpClient client(trusting(authority));
    asio::io_context context;
    const auto host = GENERATE(as<std::string>(), "127.0.0.1", "localhost");
    const auto first = run(context, fetch(client, get(secure_url(server, host))));
    CHECK(first.message == "");
    CHECK(first.body == "ok");
    const auto second = run(context, fetch(client, get(secure_url(server, host))));
    CHECK(second.body == "ok");
    CHECK(second.reused);
}

TEST_CASE("TLS carries a big body both ways") {
    TestAuthority authority;
    const std::string body(3'000'000, 'b');
    const auto answer = "HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + body;
    RawServer server(secure(authority.server("IP:127.0.0.1"), answer));
    HttpClient client(trusting(authority));
    asio::io_context context;
    const auto result = run(context, fetch(client, post(secure_url(server), body)));
    CHECK(result.message == "");
    CHECK(result.body == body);
}

TEST_CASE("TLS refuses an issuer that nobody named") {
    TestAuthority authority, other;
    RawServer server(secure(authority.server("IP:127.0.0.1"), ok));
    HttpClient client(trusting(other));
    asio::io_context context;
    const auto result = run(context, fetch(client, get(secure_url(server))));
    CHECK(result.error == HttpErrorKind::tls);
    CHECK(result.message.find("certificate is not accepted") != std::string::npos);
    CHECK(result.message.find("issuer") != std::string::npos);
}

TEST_CASE("TLS refuses a certificate of another host") {
    TestAuthority authority;
    RawServer server(secure(authority.server("DNS:example.test,IP:127.0.0.2"), ok));
    HttpClient client(trusting(authority));
    asio::io_context context;
    const auto host = GENERATE(as<std::string>(), "127.0.0.1", "localhost");
    const auto result = run(context, fetch(client, get(secure_url(server, host))));
    CHECK(result.error == HttpErrorKind::tls);
    CHECK(result.message.find("mismatch") != std::string::npos);
}

TEST_CASE("TLS refuses an expired certificate") {
    TestAuthority authority;
    RawServer server(secure(authority.server("IP:127.0.0.1", true), ok));
    HttpClient client(trusting(authority));
    asio::io_context context;
    const auto result = run(context, fetch(client, get(secure_url(server))));
    CHECK(result.error == HttpErrorKind::tls);
    CHECK(result.message.find("expired") != std::string::npos);
}

TEST_CASE("a server that speaks no TLS") {
    RawServer server([](RawPeer& peer) { peer.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
    HttpClient client;
    asio::io_context context;
    CHECK(run(context, fetch(client, get(secure_url(server)))).error == HttpErrorKind::tls);
}

TEST_CASE("a CA file that is not there") {
    HttpClientOptions options;
    options.ca_file = "/nonexistent/ca.pem";
    try {
        HttpClient client(options);
        FAIL("made");
    } catch (const HttpError& error) {
        CHECK(error.kind() == HttpErrorKind::tls);
        CHECK(std::string(error.what()).find("/nonexistent/ca.pem") != std::string::npos);
    }
}

TEST_CASE("a body that ends with the connection needs TLS's farewell") {
    const bool farewell = GENERATE(false, true);
    TestAuthority authority;
    const auto tls = authority.server("IP:127.0.0.1");
    RawServer server([&](RawPeer& peer) {
        peer.start_tls(tls.get());
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\n\r\nto the end");
        if (farewell) peer.end_tls();
    });
    HttpClient client(trusting(authority));
    asio::io_context context;
    const auto result = run(context, fetch(client, get(secure_url(server))));
    CHECK(result.body == "to the end");
    CHECK(result.error.has_value() == !farewell);
    if (!farewell) CHECK(result.error == HttpErrorKind::network);
}

TEST_CASE("a pooled TLS connection that dies before any byte is replaced once") {
    TestAuthority authority;
    const auto tls = authority.server("IP:127.0.0.1");
    const bool farewell = GENERATE(false, true);
    RawServer server([&](RawPeer& peer) {
        peer.start_tls(tls.get());
        peer.read_request();
        peer.send(ok);
        peer.read_request();
        if (peer.index() == 0 && farewell) peer.end_tls();
        if (peer.index() == 1) peer.send(ok);
    });
    HttpClient client(trusting(authority));
    asio::io_context context;
    CHECK(run(context, fetch(client, get(secure_url(server)))).body == "ok");
    const auto second = run(context, fetch(client, get(secure_url(server))));
    CHECK_FALSE(second.reused);
    CHECK(server.connections() == 2);
}
