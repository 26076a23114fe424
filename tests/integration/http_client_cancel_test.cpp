// Cancellation: by the coroutine's slot, by a stop token from any thread, by destruction.
#include "http_fetch.hpp"
#include "raw_server.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/system_error.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <atomic>
#include <future>

using namespace capstan;
using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

/// Where the server falls silent.
enum class Silence { in_handshake, before_head, in_body };

/// Reports that it is silent, then whether and when the client closed.
class SilentServer {
public:
    explicit SilentServer(Silence where)
        : secure_(where == Silence::in_handshake), server_([this, where](RawPeer& peer) {
              if (where != Silence::in_handshake) peer.read_request();
              if (where == Silence::in_body)
                  peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
              silent_.set_value();
              const bool closed = peer.wait_closed(10s);
              closed_.set_value(closed ? Clock::now() : Clock::time_point::max());
          }) {}

    std::string url() const {
        const auto port = std::to_string(server_.port());
        return (secure_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + port + "/";
    }
    void wait_until_silent() { silent_.get_future().wait(); }
    Clock::time_point closed_at() { return closed_.get_future().get(); }

private:
    std::promise<void> silent_;
    std::promise<Clock::time_point> closed_;
    bool secure_;
    RawServer server_;
};

Silence any_silence() {
    return GENERATE(Silence::in_handshake, Silence::before_head, Silence::in_body);
}

}  // namespace

TEST_CASE("matrix: stop while the server is silent, by a stop token from another thread") {
    SilentServer server(any_silence());
    HttpClient client;
    asio::io_context context;
    std::stop_source source;
    auto stopped = std::async(std::launch::async, [&] {
        server.wait_until_silent();
        const auto at = Clock::now();
        source.request_stop();
        return at;
    });
    const auto result = run(context, fetch(client, get(server.url()), source.get_token()));
    CHECK(result.error == HttpErrorKind::cancelled);
    CHECK(server.closed_at() - stopped.get() < 100ms);
}

TEST_CASE("matrix: stop while the server is silent, by a stop token on the same thread") {
    SilentServer server(any_silence());
    HttpClient client;
    asio::io_context context;
    std::stop_source source;
    Clock::time_point at;
    auto stopper = std::async(std::launch::async, [&] {
        server.wait_until_silent();
        asio::post(context, [&] {
            at = Clock::now();
            source.request_stop();
        });
    });
    const auto result = run(context, fetch(client, get(server.url()), source.get_token()));
    CHECK(result.error == HttpErrorKind::cancelled);
    CHECK(server.closed_at() - at < 100ms);
}

TEST_CASE("matrix: stop while the server is silent, by the consumer's slot") {
    SilentServer server(any_silence());
    HttpClient client;
    asio::io_context context;
    asio::cancellation_signal signal;
    Clock::time_point at;
    std::optional<Fetched> result;
    std::exception_ptr failure;
    auto done = [&](std::exception_ptr error, Fetched value) {
        failure = error;
        result = std::move(value);
    };
    asio::co_spawn(context, fetch(client, get(server.url())),
                   asio::bind_cancellation_slot(signal.slot(), done));
    auto stopper = std::async(std::launch::async, [&] {
        server.wait_until_silent();
        asio::post(context, [&] {
            at = Clock::now();
            signal.emit(asio::cancellation_type::terminal);
        });
    });
    context.run_for(10s);
    REQUIRE(result);
    CHECK_FALSE(failure);
    CHECK(result->error == HttpErrorKind::cancelled);
    CHECK(server.closed_at() - at < 100ms);
}

TEST_CASE("precancel: a stop requested before the exchange") {
    SilentServer server(Silence::in_body);
    HttpClient client;
    asio::io_context context;
    std::stop_source source;
    source.request_stop();
    const auto result = run(context, fetch(client, get(server.url()), source.get_token()));
    CHECK(result.error == HttpErrorKind::cancelled);
}

TEST_CASE("precancel: a stop requested before each read") {
    SilentServer server(Silence::in_body);
    HttpClient client;
    asio::io_context context;
    std::stop_source source;
    const auto steps = [&]() -> asio::awaitable<std::optional<HttpErrorKind>> {
        auto response = co_await client.send(get(server.url()), source.get_token());
        co_await response.read_some();
        source.request_stop();
        for (int i = 0; i < 2; ++i) {
            try {
                co_await response.read_some();
            } catch (const HttpError& error) {
                if (i == 0) CHECK(error.kind() == HttpErrorKind::cancelled);
                if (i == 1) co_return error.kind();
            }
        }
        co_return std::nullopt;
    };
    const auto second = run(context, steps());
    CHECK(second);
    CHECK(server.closed_at() < Clock::time_point::max());
}

TEST_CASE("precancel: the coroutine is cancelled before the exchange") {
    SilentServer server(Silence::in_body);
    HttpClient client;
    asio::io_context context;
    asio::cancellation_signal signal;
    bool cancelled = false;
    auto done = [&](std::exception_ptr error) {
        try {
            if (error) std::rethrow_exception(error);
        } catch (const HttpError& ours) {
            cancelled = ours.kind() == HttpErrorKind::cancelled;
        } catch (const boost::system::system_error& of_asio) {
            cancelled = of_asio.code() == asio::error::operation_aborted;
        }
    };
    const auto steps = [&]() -> asio::awaitable<void> {
        // Asio 1.26 wants to have been through the executor before it ends a cancelled coroutine.
        auto turn = asio::post(context, asio::use_awaitable);
        co_await std::move(turn);
        signal.emit(asio::cancellation_type::terminal);
        co_await client.send(get(server.url()));
    };
    asio::co_spawn(context, steps(), asio::bind_cancellation_slot(signal.slot(), done));
    context.run_for(10s);
    CHECK(cancelled);
}

TEST_CASE("destroying a response closes its socket") {
    SilentServer server(Silence::in_body);
    HttpClient client;
    asio::io_context context;
    Clock::time_point at;
    const auto steps = [&]() -> asio::awaitable<void> {
        {
            auto response = co_await client.send(get(server.url()));
            co_await response.read_some();
            at = Clock::now();
        }
        CHECK(server.closed_at() - at < 100ms);
    };
    run(context, steps());
}

TEST_CASE("destroying the context in mid-wait is clean and closes the socket") {
    const auto where = any_silence();
    SilentServer server(where);
    HttpClient client;
    auto context = std::make_unique<asio::io_context>();
    std::stop_source source;
    bool completed = false;
    auto done = [&](std::exception_ptr, Fetched) { completed = true; };
    asio::co_spawn(*context, fetch(client, get(server.url()), source.get_token()), done);
    auto silent = std::async(std::launch::async, [&] { server.wait_until_silent(); });
    while (silent.wait_for(0s) != std::future_status::ready) context->run_for(5ms);
    context->run_for(20ms);
    context.reset();
    CHECK_FALSE(completed);
    CHECK(server.closed_at() < Clock::time_point::max());
    source.request_stop();
}

TEST_CASE("destroying the context, or stopping, during the name look-up does not wait for it") {
    const bool stop = GENERATE(false, true);
    HttpClient client;
    auto context = std::make_unique<asio::io_context>();
    std::stop_source source;
    std::optional<HttpErrorKind> error;
    auto done = [&](std::exception_ptr, Fetched result) { error = result.error; };
    const auto url = "http://no-such-host.invalid/";
    asio::co_spawn(*context, fetch(client, get(url), source.get_token()), done);
    context->run_one();
    const auto begin = Clock::now();
    if (stop) source.request_stop();
    if (stop) context->run_for(5s);
    context.reset();
    CHECK(Clock::now() - begin < 100ms);
    if (stop) CHECK((error == HttpErrorKind::cancelled || error == HttpErrorKind::resolve));
}

TEST_CASE("a stop after the end of the body changes nothing") {
    RawServer server([](RawPeer& peer) {
        for (;;) {
            peer.read_request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    });
    HttpClient client;
    asio::io_context context;
    std::stop_source source;
    CHECK(run(context, fetch(client, get(server.url()), source.get_token())).body == "ok");
    source.request_stop();
    CHECK(run(context, fetch(client, get(server.url()))).reused);
}

TEST_CASE("a pool of threads without a strand, with stops from outside") {
    std::atomic<int> requests = 0;
    RawServer server([&requests](RawPeer& peer) {
        for (;;) {
            peer.read_request();
            const bool stays_open = ++requests % 2 == 0;
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
            if (stays_open) peer.wait_closed(10s);
            peer.send("0\r\n\r\n");
        }
    });
    HttpClient client;
    asio::thread_pool pool(2);
    std::stop_source source;
    std::vector<std::future<Fetched>> results;
    for (int i = 0; i < 20; ++i)
        results.push_back(asio::co_spawn(
            pool, fetch(client, get(server.url()), source.get_token()), asio::use_future));
    while (requests < 20) std::this_thread::yield();  // a connection may serve several of them
    source.request_stop();
    for (auto& each : results) {
        const auto result = each.get();
        CHECK((!result.error || result.error == HttpErrorKind::cancelled));
    }
    pool.join();
}
