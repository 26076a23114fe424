#include "raw_client.hpp"

#include <capstan/testing/simulator.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <sys/resource.h>

using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view chat_path = "/api/v1/chat/completions";
constexpr std::string_view body = R"({"stream":true})";

SimResponse three_chunks() {
    return sse({text_chunk("one"), text_chunk("two"), text_chunk("three")});
}

RawResponse exchange(const Simulator& simulator) {
    RawClient client(simulator.port());
    client.post(chat_path, body);
    return client.read_response();
}

/// The sizes in the chunk headers.
std::vector<std::size_t> chunk_sizes(const RawResponse& response) {
    std::vector<std::size_t> sizes;
    for (std::size_t at = 0; at < response.wire.size();) {
        const auto size = std::stoul(response.wire.substr(at), nullptr, 16);
        sizes.push_back(size);
        at = response.wire.find("\r\n", at) + 2 + size + 2;
    }
    return sizes;
}

}  // namespace

TEST_CASE("simulator: every split keeps the bytes") {
    const auto split = GENERATE(Split(), Split::every(1), Split::every(7), Split::random(42, 9),
                                Split::sizes({3, 0, 1, 100}));
    const auto write_size = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{65536});
    Simulator simulator;
    auto response = three_chunks().with_split(split);
    response.write_size = write_size;
    const auto expected = response.body_bytes();
    simulator.enqueue(response);
    const auto got = exchange(simulator);
    CHECK(got.complete);
    CHECK(got.body == expected);
}

TEST_CASE("simulator: a piece is an HTTP chunk, and given sizes cross the steps") {
    Simulator simulator;
    SimResponse response = sse_raw({}, false);
    response.with_step(send("abcdef")).with_step(send("ghij"));
    simulator.enqueue(response);
    CHECK(chunk_sizes(exchange(simulator)) == std::vector<std::size_t>{6, 4, 0});
    response.split = Split::sizes({2, 0, 5});
    simulator.enqueue(response);
    CHECK(chunk_sizes(exchange(simulator)) == std::vector<std::size_t>{2, 5, 3, 0});
}

TEST_CASE("simulator: framings") {
    Simulator simulator;
    auto response = plain_answer(200, "text/plain", "hello");
    SECTION("content length") {
        simulator.enqueue(response);
        CHECK(exchange(simulator).headers.at("content-length") == "5");
    }
    SECTION("until close") {
        response.framing = Framing::until_close;
        simulator.enqueue(response);
        const auto got = exchange(simulator);
        CHECK(got.complete);
        CHECK(got.body == "hello");
        CHECK(got.headers.at("connection") == "close");
    }
    SECTION("a length that lies") {
        response.with_header("Content-Length", "9").with_step(close_connection());
        simulator.enqueue(response);
        const auto got = exchange(simulator);
        CHECK_FALSE(got.complete);
        CHECK(got.body == "hello");
    }
    SECTION("raw bytes") {
        response.framing = Framing::raw;
        response.body = {send("HTTP/1.1 299 Odd\r\nContent-Length: 2\r\n\r\nok")};
        simulator.enqueue(response);
        CHECK(exchange(simulator).status == 299);
    }
    SECTION("no body") {
        simulator.enqueue(plain_answer(204, "", ""));
        CHECK_FALSE(exchange(simulator).headers.contains("content-length"));
    }
}

TEST_CASE("simulator: informational heads come first") {
    Simulator simulator;
    auto response = plain_answer(200, "text/plain", "x");
    response.informational = {"102 Processing", "103 Early Hints\r\nLink: </a>"};
    simulator.enqueue(response);
    const auto got = exchange(simulator);
    CHECK(got.head.starts_with("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n"));
    CHECK(got.status == 200);
}

TEST_CASE("simulator: a slow head takes its time") {
    Simulator simulator;
    auto response = plain_answer(200, "text/plain", "x");
    response.head_byte_delay = 1ms;
    simulator.enqueue(response);
    const auto begin = std::chrono::steady_clock::now();
    const auto got = exchange(simulator);
    CHECK(got.status == 200);
    CHECK(std::chrono::steady_clock::now() - begin >= got.head.size() * 1ms);
}

TEST_CASE("simulator: a latch holds the stream until the test lets go") {
    Simulator simulator;
    Latch latch;
    auto response = sse_raw({"first"}, false);
    response.with_step(hold(latch)).with_step(send(sse_event("[DONE]")));
    simulator.enqueue(response);
    RawClient client(simulator.port());
    client.post(chat_path, body);
    CHECK(client.read_head().starts_with("HTTP/1.1 200"));
    CHECK(latch.wait_reached());
    CHECK(client.read_at_least(10).find("first") != std::string::npos);
    latch.release();
    CHECK(client.read_at_least(10).find("[DONE]") != std::string::npos);
}

TEST_CASE("simulator: produced pieces are made when they are sent") {
    Simulator simulator;
    auto response = sse_raw({}, false);
    int made = 0;
    response.with_step(produce(
        [&made]() -> std::optional<std::string> {
            if (made == 1000) return std::nullopt;
            return sse_event(std::to_string(made++));
        },
        10us));
    simulator.enqueue(response);
    const auto got = exchange(simulator);
    CHECK(got.complete);
    CHECK(got.body.ends_with("data: 999\n\n"));
}

TEST_CASE("simulator: close, reset, silence and no answer") {
    Simulator simulator;
    const auto whole = three_chunks().body_bytes();
    SECTION("cut mid-stream by FIN") {
        simulator.enqueue(cut_after(three_chunks(), 30, close_connection()));
        const auto got = exchange(simulator);
        CHECK_FALSE(got.complete);
        CHECK_FALSE(got.reset);
        CHECK(got.body == whole.substr(0, 30));
    }
    SECTION("cut mid-stream by RST") {
        simulator.enqueue(cut_after(three_chunks(), 30, reset_connection()));
        CHECK(exchange(simulator).reset);
    }
    SECTION("half-open silence") {
        simulator.enqueue(cut_after(three_chunks(), 30, silence()));
        RawClient client(simulator.port());
        client.set_patience(200ms);
        client.post(chat_path, body);
        const auto got = client.read_response();
        CHECK(got.timed_out);
        CHECK(got.body == whole.substr(0, 30));
        CHECK(simulator.open_connections() == 1);
    }
    SECTION("not one byte, then FIN") {
        simulator.enqueue(dropped());
        const auto got = exchange(simulator);
        CHECK(got.head.empty());
        CHECK_FALSE(got.reset);
    }
    SECTION("not one byte, then RST") {
        simulator.enqueue(dropped_by_reset());
        CHECK(exchange(simulator).reset);
    }
    SECTION("no answer at all") {
        simulator.enqueue(no_answer());
        RawClient client(simulator.port());
        client.set_patience(100ms);
        client.post(chat_path, body);
        CHECK(client.read_head().empty());
        CHECK(simulator.open_connections() == 1);
    }
}

TEST_CASE("simulator: connections ended right after accept") {
    Simulator simulator;
    const bool reset = GENERATE(false, true);
    simulator.drop_next_connections(1, reset);
    RawClient dropped_client(simulator.port());
    CHECK(dropped_client.wait_for_end());
    CHECK(dropped_client.ended_by_reset() == reset);
    simulator.enqueue(three_chunks());
    CHECK(exchange(simulator).complete);
}

TEST_CASE("simulator: what happens after a response") {
    Simulator simulator;
    auto response = plain_answer(200, "text/plain", "x");
    RawClient client(simulator.port());
    const auto serve = [&](After after) {
        response.after = after;
        simulator.enqueue(response);
        client.post(chat_path, body);
        return client.read_response();
    };
    SECTION("close is announced") {
        CHECK(serve(After::close).headers.at("connection") == "close");
        CHECK(client.wait_for_end());
    }
    SECTION("a silent close is not") {
        CHECK_FALSE(serve(After::close_silently).headers.contains("connection"));
        CHECK(client.wait_for_end());
    }
    SECTION("dead at the next request") {
        const bool reset = GENERATE(false, true);
        CHECK(serve(reset ? After::reset_on_next_request : After::close_on_next_request).complete);
        client.set_patience(50ms);
        CHECK_FALSE(client.wait_for_end());
        client.set_patience(10s);
        client.post(chat_path, body);
        CHECK(client.read_head().empty());
        CHECK(client.wait_for_end());
        CHECK(client.ended_by_reset() == reset);
        CHECK(simulator.request_count() == 1);
    }
    SECTION("keep-alive") {
        CHECK(serve(After::keep_alive).complete);
        CHECK(serve(After::keep_alive).complete);
        CHECK(simulator.connections().at(0).requests == 2);
    }
    SECTION("the client's wish to close") {
        client.post(chat_path, body, "Connection: close\r\n");
        CHECK(client.read_response().headers.at("connection") == "close");
        CHECK(client.wait_for_end());
    }
}

TEST_CASE("simulator: the client's leaving is seen while a stream is silent") {
    const bool tls = GENERATE(false, true);
    SimulatorOptions options;
    options.tls = tls;
    Simulator server(options);
    server.enqueue(cut_after(three_chunks(), 30, silence()));
    const auto port = server.port();
    auto client = tls ? RawClient(port, server.ca_pem(), "localhost") : RawClient(port);
    client.post(chat_path, body);
    CHECK(client.read_head().starts_with("HTTP/1.1 200"));
    const bool by_reset = GENERATE(false, true);
    const auto before = std::chrono::steady_clock::now();
    if (by_reset) client.close_by_reset();
    else client.close();
    const auto info = server.wait_for_close(1);
    CHECK(info.closed - before < 1s);
    CHECK(info.end != ConnectionEnd::server);
    if (by_reset) CHECK(info.end == ConnectionEnd::client_reset);
    CHECK(server.wait_for_close());
}

TEST_CASE("simulator: destruction ends streams at once") {
    auto simulator = std::make_unique<Simulator>();
    simulator->enqueue(no_answer());
    RawClient client(simulator->port());
    client.post(chat_path, body);
    simulator->wait_for_request(0);
    const auto begin = std::chrono::steady_clock::now();
    simulator.reset();
    CHECK(std::chrono::steady_clock::now() - begin < 1s);
    CHECK(client.wait_for_end());
}

TEST_CASE("simulator: TLS with a CA of its own") {
    SimulatorOptions options;
    options.tls = true;
    SECTION("valid for localhost and 127.0.0.1") {
        Simulator simulator(options);
        CHECK(simulator.base_url().starts_with("https://127.0.0.1:"));
        const auto host = GENERATE("localhost", "127.0.0.1");
        RawClient client(simulator.port(), simulator.ca_pem(), host);
        for (int round = 0; round < 2; ++round) {
            simulator.enqueue(three_chunks().with_split(Split::every(11)));
            client.post(chat_path, body);
            CHECK(client.read_response().body == three_chunks().body_bytes());
        }
        CHECK(simulator.accepted_connections() == 1);
    }
    SECTION("another server's CA does not verify it") {
        Simulator simulator(options), other(options);
        CHECK_THROWS(RawClient(simulator.port(), other.ca_pem(), "localhost"));
    }
    SECTION("wrong host, expired") {
        options.certificate = GENERATE(Certificate::wrong_host, Certificate::expired);
        Simulator simulator(options);
        CHECK_THROWS(RawClient(simulator.port(), simulator.ca_pem(), "localhost"));
        CHECK(simulator.wait_for_close());
    }
    SECTION("until close ends with close_notify") {
        Simulator simulator(options);
        auto response = plain_answer(200, "text/plain", "hello");
        response.framing = Framing::until_close;
        simulator.enqueue(response);
        RawClient client(simulator.port(), simulator.ca_pem(), "localhost");
        client.post(chat_path, body);
        CHECK(client.read_response().complete);
    }
}

TEST_CASE("simulator: a thousand silent streams at once") {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    constexpr std::size_t count = 1000;
    if (limit.rlim_cur < 2 * count + 100) SKIP("too few file descriptors");
    Simulator simulator;
    simulator.always(cut_after(three_chunks(), 30, silence()));
    std::vector<RawClient> clients;
    for (std::size_t i = 0; i < count; ++i) {
        clients.emplace_back(simulator.port());
        clients.back().post(chat_path, body);
    }
    simulator.wait_for_request(count - 1);
    CHECK(simulator.open_connections() == count);
    clients.clear();
    CHECK(simulator.wait_for_close());
}
