// Proxies: CONNECT for https, the absolute URL for http.
#include "http_fetch.hpp"
#include "raw_server.hpp"
#include "test_certificates.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>

using namespace capstan;
using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Sets a variable for a scope.
class Variable {
public:
    Variable(const char* name, const std::string& value) : name_(name) {
        ::setenv(name, value.c_str(), 1);
    }
    ~Variable() { ::unsetenv(name_); }

private:
    const char* name_;
};

}  // namespace

TEST_CASE("proxy: https takes a tunnel, with authorization, and the tunnel is reused") {
    TestAuthority authority;
    const auto tls = authority.server("DNS:api.example.test");
    std::string connect;
    std::string request;
    RawServer proxy([&](RawPeer& peer) {
        connect = peer.read_head();
        peer.send("HTTP/1.1 200 Connection established\r\nContent-Length: 99\r\n\r\n");
        peer.start_tls(tls.get());
        for (;;) {
            request = peer.read_request();
            peer.send(ok);
        }
    });
    HttpClientOptions options;
    options.ca_file = authority.ca_file();
    options.proxy = "http://user:p%40ss@127.0.0.1:" + std::to_string(proxy.port());
    HttpClient client(options);
    asio::io_context context;
    const auto first = run(context, fetch(client, get("https://api.example.test/v1?q")));
    CHECK(first.message == "");
    CHECK(first.body == "ok");
    CHECK(connect == "CONNECT api.example.test:443 HTTP/1.1\r\nHost: api.example.test:443\r\n"
                     "User-Agent: capstan\r\nProxy-Authorization: Basic dXNlcjpwQHNz\r\n\r\n");
    CHECK(request.starts_with("GET /v1?q HTTP/1.1\r\nHost: api.example.test\r\n"));
    CHECK(request.find("Proxy-Authorization") == std::string::npos);
    CHECK(run(context, fetch(client, get("https://api.example.test/v1"))).reused);
}

TEST_CASE("proxy: http sends the absolute URL, one connection for all hosts") {
    std::string request;
    RawServer proxy([&](RawPeer& peer) {
        for (;;) {
            request = peer.read_request();
            peer.send(ok);
        }
    });
    HttpClientOptions options;
    options.proxy = "http://u:p@127.0.0.1:" + std::to_string(proxy.port());
    HttpClient client(options);
    asio::io_context context;
    CHECK(run(context, fetch(client, get("http://one.example.test/a?b"))).body == "ok");
    CHECK(request.starts_with("GET http://one.example.test/a?b HTTP/1.1\r\n"
                              "Host: one.example.test\r\n"));
    CHECK(request.find("Proxy-Authorization: Basic dTpw\r\n") != std::string::npos);
    CHECK(run(context, fetch(client, get("http://two.example.test/"))).reused);
}

TEST_CASE("proxy: a refusal names the proxy and the status, never the password") {
    RawServer proxy([](RawPeer& peer) {
        peer.read_head();
        peer.send("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    });
    HttpClientOptions options;
    options.proxy = "http://user:secret@127.0.0.1:" + std::to_string(proxy.port());
    HttpClient client(options);
    asio::io_context context;
    const auto result = run(context, fetch(client, get("https://api.example.test/")));
    CHECK(result.error == HttpErrorKind::proxy);
    CHECK(result.message.find("407") != std::string::npos);
    CHECK(result.message.find("127.0.0.1") != std::string::npos);
    CHECK(result.message.find("secret") == std::string::npos);
}

TEST_CASE("proxy: one that does not answer CONNECT falls under the connect limit") {
    RawServer proxy([](RawPeer& peer) { peer.wait_closed(10s); });
    HttpClientOptions options;
    options.proxy = "127.0.0.1:" + std::to_string(proxy.port());
    HttpClient client(options);
    asio::io_context context;
    auto request = get("https://api.example.test/");
    request.timeouts.connect = 100ms;
    CHECK(run(context, fetch(client, std::move(request))).error ==
          HttpErrorKind::timeout_connect);
}

TEST_CASE("proxy: the environment when the client is made, and NO_PROXY") {
    const auto answering = [](RawPeer& peer) {
        peer.read_request();
        peer.send(ok);
    };
    RawServer proxy(answering), server(answering);
    asio::io_context context;
    {
        const Variable variable("http_proxy", proxy.url());
        HttpClient client;
        CHECK(run(context, fetch(client, get(server.url()))).body == "ok");
        CHECK(proxy.connections() == 1);
        HttpClientOptions options;
        options.proxy_from_environment = false;
        HttpClient direct(options);
        CHECK(run(context, fetch(direct, get(server.url()))).body == "ok");
        const Variable exempt("no_proxy", "example.test,127.0.0.1");
        HttpClient exempted;
        CHECK(run(context, fetch(exempted, get(server.url()))).body == "ok");
    }
    CHECK(proxy.connections() == 1);
    CHECK(server.connections() == 2);
}

TEST_CASE("proxy: a setting that cannot be used is said when it is needed") {
    HttpClientOptions options;
    options.proxy = "socks5://127.0.0.1:1080";
    HttpClient client(options);
    asio::io_context context;
    const auto result = run(context, fetch(client, get("http://api.example.test/")));
    CHECK(result.error == HttpErrorKind::proxy);
    CHECK(result.message.find("socks5") != std::string::npos);
}
