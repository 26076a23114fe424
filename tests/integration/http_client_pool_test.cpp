// Which connections serve again, and which are replaced.
#include "http_fetch.hpp"
#include "raw_server.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <future>

using namespace capstan;
using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const std::string chunked_ok =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";

/// Serves until the client goes.
RawServer::Script forever(std::string answer) {
    return [answer](RawPeer& peer) {
        for (;;) {
            peer.read_request();
            peer.send(answer);
        }
    };
}

}  // namespace

TEST_CASE("a connection serves again when the body is read to its end") {
    const auto answer = GENERATE(ok, chunked_ok, std::string("HTTP/1.1 204 No Content\r\n\r\n"));
    RawServer server(forever(answer));
    HttpClient client;
    asio::io_context context;
    CHECK_FALSE(run(context, fetch(client, get(server.url()))).reused);
    CHECK(run(context, fetch(client, get(server.url()))).reused);
    CHECK(run(context, fetch(client, get(server.url()))).reused);
    CHECK(server.connections() == 1);
}

TEST_CASE("a connection does not serve again when it must not") {
    const auto answer =
        GENERATE(as<std::string>(),
                 "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
                 "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
                 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more");
    RawServer server(forever(answer));
    HttpClient client;
    asio::io_context context;
    for (int i = 0; i < 2; ++i) {
        const auto result = run(context, fetch(client, get(server.url())));
        CHECK(result.body == "ok");
        CHECK_FALSE(result.reused);
    }
    CHECK(server.connections() == 2);
}

TEST_CASE("a pooled connection that the server has closed is not used") {
    std::promise<void> closed;
    RawServer server([&](RawPeer& peer) {
        peer.read_request();
        peer.send(ok);
        peer.close();
        if (peer.index() == 0) closed.set_value();
    });
    HttpClient client;
    asio::io_context context;
    CHECK(run(context, fetch(client, get(server.url()))).body == "ok");
    closed.get_future().wait();
    const auto second = run(context, fetch(client, get(server.url())));
    CHECK(second.body == "ok");
    CHECK_FALSE(second.reused);
}

TEST_CASE("a pooled connection that dies before any byte is replaced once, silently") {
    const bool reset = GENERATE(false, true);
    RawServer server([reset](RawPeer& peer) {
        peer.read_request();
        peer.send(ok);
        peer.read_request();
        if (peer.index() == 0 && reset) peer.reset();
        if (peer.index() == 0) return;
        peer.send(ok);
    });
    HttpClient client;
    asio::io_context context;
    CHECK(run(context, fetch(client, get(server.url()))).body == "ok");
    const auto second = run(context, fetch(client, post(server.url(), "again")));
    CHECK(second.body == "ok");
    CHECK_FALSE(second.reused);
    CHECK(server.connections() == 2);
}

TEST_CASE("no second try after the first byte, nor on a new connection") {
    RawServer server([](RawPeer& peer) {
        peer.read_request();
        if (peer.index() == 1) return;
        peer.send(ok);
        peer.read_request();
        peer.send("H");
    });
    HttpClient client;
    asio::io_context context;
    CHECK(run(context, fetch(client, get(server.url()))).body == "ok");
    CHECK(run(context, fetch(client, get(server.url()))).error == HttpErrorKind::network);
    CHECK(server.connections() == 1);
    CHECK(run(context, fetch(client, get(server.url()))).error == HttpErrorKind::network);
    CHECK(server.connections() == 2);
}

TEST_CASE("idle connections expire and their number has a limit") {
    RawServer server(forever(ok));
    HttpClientOptions options;
    options.idle_connection_lifetime = 1ms;
    HttpClient client(options);
    asio::io_context context;
    CHECK(run(context, fetch(client, get(server.url()))).body == "ok");
    const auto until = std::chrono::steady_clock::now() + 5ms;
    while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
    CHECK_FALSE(run(context, fetch(client, get(server.url()))).reused);

    options.idle_connection_lifetime = 1min;
    options.max_idle_connections_per_origin = 0;
    HttpClient none(options);
    CHECK(run(context, fetch(none, get(server.url()))).body == "ok");
    CHECK_FALSE(run(context, fetch(none, get(server.url()))).reused);
}

TEST_CASE("idle connections are closed with their client, and with their context") {
    const bool client_first = GENERATE(false, true);
    std::promise<bool> closed;
    RawServer server([&](RawPeer& peer) {
        peer.read_request();
        peer.send(ok);
        closed.set_value(peer.wait_closed(2s));
    });
    auto client = std::make_unique<HttpClient>();
    auto context = std::make_unique<asio::io_context>();
    CHECK(run(*context, fetch(*client, get(server.url()))).body == "ok");
    if (client_first) client.reset();
    else context.reset();
    CHECK(closed.get_future().get());
}

TEST_CASE("clients and contexts do not share connections") {
    RawServer server(forever(ok));
    HttpClient one, two;
    asio::io_context context, other;
    CHECK(run(context, fetch(one, get(server.url()))).body == "ok");
    CHECK_FALSE(run(context, fetch(two, get(server.url()))).reused);
    CHECK_FALSE(run(other, fetch(one, get(server.url()))).reused);
    CHECK(run(context, fetch(one, get(server.url()))).reused);
}

TEST_CASE("one client serves threads with contexts of their own") {
    RawServer server(forever(chunked_ok));
    HttpClient client;
    std::vector<std::future<int>> workers;
    for (int thread = 0; thread < 2; ++thread)
        workers.push_back(std::async(std::launch::async, [&] {
            int good = 0;
            asio::io_context context;
            for (int i = 0; i < 50; ++i)
                good += run(context, fetch(client, get(server.url()))).body == "ok";
            return good;
        }));
    for (auto& worker : workers) CHECK(worker.get() == 50);
    CHECK(server.connections() == 2);
}

TEST_CASE("many exchanges at once on one thread") {
    RawServer server(forever(chunked_ok));
    HttpClient client;
    asio::io_context context;
    int good = 0;
    auto count = [&](std::exception_ptr, Fetched result) { good += result.body == "ok"; };
    for (int i = 0; i < 100; ++i)
        asio::co_spawn(context, fetch(client, get(server.url())), count);
    context.run_for(20s);
    CHECK(good == 100);
}
