// Bodies with parts that are sent from where they are kept.
#include "http_fetch.hpp"
#include "raw_server.hpp"
#include "test_certificates.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <memory>
#include <mutex>
#include <random>
#include <vector>

using namespace capstan;
using namespace capstan::testing;

namespace {

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// What arrived, without the heads.
class Received {
public:
    void add(const std::string& request) {
        const std::lock_guard lock(mutex_);
        bodies_.push_back(request.substr(request.find("\r\n\r\n") + 4));
    }
    std::vector<std::string> bodies() const {
        const std::lock_guard lock(mutex_);
        return bodies_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> bodies_;
};

std::string bytes(std::mt19937_64& random, std::size_t most) {
    std::string text(random() % (most + 1), '\0');
    for (char& c : text) c = static_cast<char>(random());
    return text;
}

HttpRequest random_request(std::mt19937_64& random, const std::string& url, std::size_t parts) {
    HttpRequest request;
    request.method = "POST";
    request.url = url;
    for (std::size_t i = 0; i < parts; ++i) {
        request.body += bytes(random, 40);
        auto text = std::make_shared<const std::string>(bytes(random, 20'000));
        request.body_parts.emplace_back(request.body.size(), std::move(text));
    }
    request.body += bytes(random, 40);
    return request;
}

// Sends some, each with other parts, and compares what arrived.
void send_and_compare(HttpClient& client, const std::string& url, const Received& received) {
    std::mt19937_64 random(3);
    asio::io_context context;
    std::vector<std::string> sent;
    for (const std::size_t parts : {0, 1, 2, 63, 64, 65, 400}) {
        auto request = random_request(random, url, parts);
        sent.push_back(whole_body(request.body, request.body_parts));
        const auto result = run(context, fetch(client, std::move(request)));
        CHECK(result.message == "");
        CHECK(result.body == "ok");
    }
    CHECK((received.bodies() == sent));
}

}  // namespace

TEST_CASE("a body in many parts arrives whole over TCP") {
    Received received;
    RawServer server([&](RawPeer& peer) {
        for (;;) {
            received.add(peer.read_request());
            peer.send(ok);
        }
    });
    HttpClient client;
    send_and_compare(client, server.url(), received);
}

TEST_CASE("a body in many parts arrives whole over TLS") {
    Received received;
    TestAuthority authority;
    const auto certificate = authority.server("IP:127.0.0.1");
    RawServer server([&](RawPeer& peer) {
        peer.start_tls(certificate.get());
        for (;;) {
            received.add(peer.read_request());
            peer.send(ok);
        }
    });
    HttpClientOptions options;
    options.ca_file = authority.ca_file();
    HttpClient client(options);
    send_and_compare(client, "https://127.0.0.1:" + std::to_string(server.port()) + "/", received);
}

TEST_CASE("a body in many parts is sent whole again when a pooled connection was dead") {
    Received received;
    RawServer server([&](RawPeer& peer) {
        received.add(peer.read_request());
        peer.send(ok);
        if (peer.index() == 0) {
            peer.read_head();
            peer.reset();
        }
    });
    HttpClient client;
    asio::io_context context;
    std::mt19937_64 random(9);
    std::vector<std::string> sent;
    for (int i = 0; i < 2; ++i) {
        auto request = random_request(random, server.url(), 100);
        sent.push_back(whole_body(request.body, request.body_parts));
        const auto result = run(context, fetch(client, std::move(request)));
        CHECK(result.message == "");
        CHECK(result.body == "ok");
    }
    CHECK(server.connections() == 2);
    CHECK((received.bodies() == sent));
}
