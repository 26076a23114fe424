// How bodies end, and what a body may look like on the wire.
#include "http_fetch.hpp"
#include "raw_server.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace capstan;
using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

/// Answers every request with these bytes and closes.
RawServer::Script answering(std::string bytes) {
    return [bytes](RawPeer& peer) {
        peer.read_request();
        peer.send(bytes);
    };
}

Fetched fetch_one(RawServer::Script script, HttpClientOptions options = {}) {
    RawServer server(std::move(script));
    HttpClient client(std::move(options));
    asio::io_context context;
    return run(context, fetch(client, get(server.url())));
}

std::string chunk(std::string_view data) {
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", data.size());
    return size + std::string(data) + "\r\n";
}

const std::string chunked_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

TEST_CASE("the request has the fields of RFC 9112 and its body, in order") {
    std::string request;
    RawServer server([&](RawPeer& peer) {
        request = peer.read_request();
        peer.send("HTTP/1.1 204 No Content\r\n\r\n");
    });
    HttpClient client;
    asio::io_context context;
    auto question = post(server.url("/a/b?c=d#e"), "{\"x\":1}");
    question.headers.add("Authorization", "Bearer k");
    question.headers.add("Content-Length", "999");
    const auto answer = run(context, fetch(client, std::move(question)));
    CHECK(answer.status == 204);
    CHECK(answer.body.empty());
    CHECK(request == "POST /a/b?c=d HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                         "\r\nUser-Agent: capstan\r\nAccept-Encoding: identity\r\n"
                         "Authorization: Bearer k\r\nContent-Length: 7\r\n\r\n{\"x\":1}");
}

TEST_CASE("a body with a length") {
    const auto answer = fetch_one(
        answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Generation-Id: gen-1\r\n\r\nhello"));
    CHECK(answer.status == 200);
    CHECK(answer.body == "hello");
    CHECK(answer.headers.get("x-generation-id") == "gen-1");
    CHECK_FALSE(answer.error);
}

TEST_CASE("a body that ends with the connection") {
    const auto answer = fetch_one(answering("HTTP/1.1 200 OK\r\n\r\nto the end"));
    CHECK(answer.body == "to the end");
    CHECK_FALSE(answer.error);
}

TEST_CASE("chunks with extensions and trailers") {
    const auto answer =
        fetch_one(answering(chunked_head + "5;name=value\r\nhello\r\n6 ; a=\"q\"\r\n world\r\n"
                                           "0;last\r\nX-Trailer: yes\r\n\r\n"));
    CHECK(answer.body == "hello world");
    CHECK_FALSE(answer.error);
    CHECK_FALSE(answer.headers.contains("X-Trailer"));
}

TEST_CASE("head and chunks in segments of one byte") {
    const auto answer = fetch_one([](RawPeer& peer) {
        peer.read_request();
        peer.send_bytewise(chunked_head + chunk("hello") + chunk(" world") + "0\r\n\r\n");
        peer.wait_closed(5s);
    });
    CHECK(answer.status == 200);
    CHECK(answer.body == "hello world");
    CHECK_FALSE(answer.error);
}

TEST_CASE("matrix: big reads crossing HTTP chunk bounds lose nothing") {
    std::string expected;
    std::string wire = chunked_head;
    for (int i = 0; i < 20000; ++i) {
        const auto event = "data: " + std::string(static_cast<std::size_t>(i % 700), 'x') +
                           std::to_string(i) + "\n\n";
        expected += event;
        wire += chunk(event);
    }
    const auto answer = fetch_one(answering(wire + "0\r\n\r\n"));
    CHECK_FALSE(answer.error);
    CHECK(answer.body.size() == expected.size());
    CHECK(answer.body == expected);
}

TEST_CASE("matrix: TCP cut mid-stream is an error, and what had come stays") {
    const auto cut = GENERATE_COPY(chunked_head + chunk("hello"), chunked_head + "5\r\nhel",
                              std::string("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"));
    const auto answer = fetch_one(answering(cut));
    CHECK(answer.status == 200);
    CHECK(answer.body.starts_with("hel"));
    CHECK(answer.error == HttpErrorKind::network);
}

TEST_CASE("matrix: TCP reset mid-stream is an error") {
    const auto answer = fetch_one([](RawPeer& peer) {
        peer.read_request();
        peer.send(chunked_head + chunk("hello"));
        peer.reset();
    });
    CHECK(answer.error == HttpErrorKind::network);
}

TEST_CASE("a connection closed without an answer") {
    const auto answer = fetch_one([](RawPeer& peer) { peer.read_request(); });
    CHECK(answer.error == HttpErrorKind::network);
    CHECK(answer.message.find("127.0.0.1") != std::string::npos);
}

TEST_CASE("a head cut short") {
    const auto answer = fetch_one(answering("HTTP/1.1 200 OK\r\nContent-Le"));
    CHECK(answer.error == HttpErrorKind::network);
}

TEST_CASE("heads of kind 1xx are skipped") {
    const auto answer = fetch_one(answering(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    CHECK(answer.status == 200);
    CHECK(answer.body == "ok");
    CHECK_FALSE(answer.headers.contains("Link"));
}

TEST_CASE("a redirect is an answer like any other") {
    const auto answer =
        fetch_one(answering("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"));
    CHECK(answer.status == 302);
    CHECK(answer.headers.get("location") == "/b");
}

TEST_CASE("304 has no body whatever its fields say") {
    const auto answer =
        fetch_one(answering("HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n"));
    CHECK(answer.status == 304);
    CHECK_FALSE(answer.error);
}

TEST_CASE("what is no HTTP is a protocol error") {
    const auto bytes = GENERATE(as<std::string>(), "SSH-2.0-OpenSSH_9.2\r\n",
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                                "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
                                "HTTP/1.1 101 Switching Protocols\r\n\r\n");
    CHECK(fetch_one(answering(bytes)).error == HttpErrorKind::protocol);
}

TEST_CASE("a head beyond the limit, at once and in small fields") {
    HttpClientOptions options;
    options.max_header_size = 2000;
    const std::string start = "HTTP/1.1 200 OK\r\n";
    const auto one = start + "X: " + std::string(3000, 'x') + "\r\n\r\n";
    CHECK(fetch_one(answering(one), options).error == HttpErrorKind::too_large);
    std::string many = start;
    for (int i = 0; i < 100; ++i) many += "X-Field: " + std::string(30, 'x') + "\r\n";
    CHECK(fetch_one(answering(many + "\r\n"), options).error == HttpErrorKind::too_large);
    CHECK(fetch_one([&](RawPeer& peer) {
              peer.read_request();
              peer.send_bytewise(many);
          }, options).error == HttpErrorKind::too_large);
}

TEST_CASE("a body beyond the limit, announced or not") {
    HttpClientOptions options;
    options.max_body_size = 100;
    const std::string data(60, 'x');
    const auto bytes = GENERATE_COPY(
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"),
        chunked_head + chunk(data) + chunk(data) + "0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n" + data + data);
    CHECK(fetch_one(answering(bytes), options).error == HttpErrorKind::too_large);
}

TEST_CASE("a chunk extension without end is refused") {
    const auto answer = fetch_one(answering(chunked_head + "5;" + std::string(200'000, 'x')));
    CHECK(answer.error == HttpErrorKind::too_large);
}

TEST_CASE("a big body goes out whole, and the server may refuse it half-way") {
    const std::string body(2 * 1024 * 1024, 'b');
    std::size_t received = 0;
    RawServer server([&](RawPeer& peer) {
        const auto head = peer.index() == 0 ? std::string() : peer.read_head();
        if (peer.index() == 0) received = peer.read_request().size();
        peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        if (peer.index() == 1) peer.wait_closed(5s);
    });
    HttpClient client;
    asio::io_context context;
    for (int i = 0; i < 2; ++i)
        CHECK(run(context, fetch(client, post(server.url(), body))).status == 413);
    CHECK(received > body.size());
}

TEST_CASE("read_all and read_prefix keep to their limits") {
    RawServer server([](RawPeer& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 20\r\n\r\n0123456789");
        if (peer.index() == 2) peer.send("0123456789");
    });
    HttpClient client;
    asio::io_context context;
    const auto steps = [&]() -> asio::awaitable<void> {
        auto first = co_await client.send(get(server.url()));
        const auto four = co_await first.read_prefix(4);
        CHECK(four == "0123");
        auto second = co_await client.send(get(server.url()));
        const auto all_there_was = co_await second.read_prefix(100);
        CHECK(all_there_was == "0123456789");
        auto third = co_await client.send(get(server.url()));
        auto kind = HttpErrorKind::network;
        try {
            co_await third.read_all(19);
        } catch (const HttpError& error) {
            kind = error.kind();
        }
        CHECK(kind == HttpErrorKind::too_large);
    };
    run(context, steps());
}

TEST_CASE("IPv6 by its literal address") {
    std::string head;
    RawServer server([&](RawPeer& peer) {
        head = peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nv6");
    }, true);
    HttpClient client;
    asio::io_context context;
    CHECK(run(context, fetch(client, get(server.url()))).body == "v6");
    CHECK(head.find("Host: [::1]:" + std::to_string(server.port()) + "\r\n") != std::string::npos);
}

TEST_CASE("a host by its name") {
    RawServer server(answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    HttpClient client;
    asio::io_context context;
    const auto url = "http://localhost:" + std::to_string(server.port()) + "/";
    CHECK(run(context, fetch(client, get(url))).body == "ok");
}
