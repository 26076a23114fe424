// The four limits in time, each with its own kind of error.
#include "http_fetch.hpp"
#include "raw_server.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace capstan;
using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

const std::string chunked_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string comment = "1c\r\n: OPENROUTER PROCESSING....\n\r\n";

struct Timed {
    Timed() = default;

    Fetched result;
    Clock::duration took{};
};

Timed fetch_timed(const std::string& url, const HttpTimeouts& limits) {
    HttpClient client;
    asio::io_context context;
    auto request = get(url);
    request.timeouts = limits;
    Timed timed;
    const auto begin = Clock::now();
    timed.result = run(context, fetch(client, std::move(request)));
    timed.took = Clock::now() - begin;
    return timed;
}

/// A listener whose queue is full: it answers no further connection, nor refuses it.
class FullListener {
public:
    FullListener() : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), size);
        ::listen(descriptor_, 0);
        ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
        for (int& each : fillers_) {
            each = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
            ::connect(each, reinterpret_cast<sockaddr*>(&address), size);
        }
    }
    ~FullListener() {
        for (const int each : fillers_) ::close(each);
        ::close(descriptor_);
    }

    int port = 0;

private:
    int descriptor_;
    int fillers_[4];
};

}  // namespace

TEST_CASE("connect limit: an address that does not answer") {
    FullListener listener;
    HttpTimeouts limits;
    limits.connect = 100ms;
    const auto url = "http://127.0.0.1:" + std::to_string(listener.port) + "/";
    const auto timed = fetch_timed(url, limits);
    CHECK(timed.result.error == HttpErrorKind::timeout_connect);
    CHECK(timed.took >= 100ms);
    CHECK(timed.took < 5s);
    CHECK(timed.result.message.find("100 ms") != std::string::npos);
}

TEST_CASE("connect limit: TLS that does not come about") {
    RawServer server([](RawPeer& peer) { peer.wait_closed(10s); });
    HttpTimeouts limits;
    limits.connect = 100ms;
    const auto url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
    CHECK(fetch_timed(url, limits).result.error == HttpErrorKind::timeout_connect);
}

TEST_CASE("first-byte limit: a server that does not begin") {
    const bool interim = GENERATE(false, true);
    RawServer server([interim](RawPeer& peer) {
        peer.read_request();
        if (interim) peer.send("HTTP/1.1 100 Continue\r\n\r\n");
        peer.wait_closed(10s);
    });
    HttpTimeouts limits;
    limits.first_byte = 100ms;
    const auto timed = fetch_timed(server.url(), limits);
    CHECK(timed.result.error == HttpErrorKind::timeout_first_byte);
    CHECK(timed.took >= 100ms);
    CHECK(timed.took < 5s);
}

TEST_CASE("matrix: stop while the server is silent: half-open silence ends by the idle limit") {
    RawServer server([](RawPeer& peer) {
        peer.read_request();
        peer.send(chunked_head + comment);
        peer.wait_closed(10s);
    });
    HttpTimeouts limits;
    limits.idle = 100ms;
    const auto timed = fetch_timed(server.url(), limits);
    CHECK(timed.result.error == HttpErrorKind::timeout_idle);
    CHECK(timed.result.body.size() == 28);
    CHECK(timed.took >= 100ms);
    CHECK(timed.took < 5s);
}

TEST_CASE("a head that stops half-way ends by the idle limit") {
    RawServer server([](RawPeer& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200");
        peer.wait_closed(10s);
    });
    HttpTimeouts limits;
    limits.idle = 100ms;
    CHECK(fetch_timed(server.url(), limits).result.error == HttpErrorKind::timeout_idle);
}

TEST_CASE("matrix: long pause between chunks: comments are life for the idle limit") {
    RawServer server([](RawPeer& peer) {
        peer.read_request();
        peer.send(chunked_head);
        for (int i = 0; i < 10; ++i) {
            std::this_thread::sleep_for(50ms);
            peer.send(comment);
        }
        peer.send("0\r\n\r\n");
    });
    HttpTimeouts limits;
    limits.idle = 400ms;
    limits.first_byte = 400ms;
    const auto timed = fetch_timed(server.url(), limits);
    CHECK_FALSE(timed.result.error);
    CHECK(timed.result.body.size() == 280);
    CHECK(timed.took > 450ms);
}

TEST_CASE("total limit: comments are no life for it") {
    RawServer server([](RawPeer& peer) {
        peer.read_request();
        peer.send(chunked_head);
        for (;;) {
            std::this_thread::sleep_for(20ms);
            peer.send(comment);
        }
    });
    HttpTimeouts limits;
    limits.idle = 5s;
    limits.total = 200ms;
    const auto timed = fetch_timed(server.url(), limits);
    CHECK(timed.result.error == HttpErrorKind::timeout_total);
    CHECK(timed.took >= 200ms);
    CHECK(timed.took < 5s);
}

TEST_CASE("the idle limit is the server's, not that of a slow consumer") {
    RawServer server([](RawPeer& peer) {
        peer.read_request();
        peer.send(chunked_head + comment);
        peer.send(comment + "0\r\n\r\n");
    });
    HttpClient client;
    asio::io_context context;
    const auto steps = [&]() -> asio::awaitable<std::size_t> {
        auto request = get(server.url());
        request.timeouts.idle = 50ms;
        auto response = co_await client.send(std::move(request));
        std::size_t size = 0;
        asio::steady_timer pause(context);
        for (;;) {
            const auto piece = co_await response.read_some();
            if (piece.empty()) break;
            size += piece.size();
            pause.expires_after(200ms);
            auto wait = pause.async_wait(asio::use_awaitable);
            co_await std::move(wait);
        }
        co_return size;
    };
    CHECK(run(context, steps()) == 56);
}

TEST_CASE("limits of zero are none") {
    RawServer server([](RawPeer& peer) {
        peer.read_request();
        std::this_thread::sleep_for(50ms);
        peer.send("HTTP/1.1 200 OK\r\n\r\nok");
    });
    HttpTimeouts limits;
    limits.connect = limits.first_byte = limits.idle = limits.total = 0ms;
    CHECK(fetch_timed(server.url(), limits).result.body == "ok");
}

TEST_CASE("errors of the way: a refused connection and a name that does not exist") {
    int port = 0;
    {
        RawServer server([](RawPeer&) {});
        port = server.port();
    }
    const auto refused = fetch_timed("http://127.0.0.1:" + std::to_string(port), HttpTimeouts());
    CHECK(refused.result.error == HttpErrorKind::connect);
    CHECK(refused.result.message.find("refused") != std::string::npos);
    const auto nowhere = fetch_timed("http://no-such-host.invalid/", HttpTimeouts());
    CHECK(nowhere.result.error == HttpErrorKind::resolve);
    CHECK(nowhere.result.message.find("no-such-host.invalid") != std::string::npos);
}
