// A simulator that passes on to another one, as it would to the real OpenRouter.
#include "raw_client.hpp"

#include <capstan/testing/simulator.hpp>

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <filesystem>
#include <fstream>
#include <numeric>
#include <optional>
#include <sstream>
#include <thread>

using namespace capstan::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::string_view chat_path = "/api/v1/chat/completions";
constexpr std::string_view key_digits = "0123456789";
constexpr std::string_view request_body =
    R"({"model":"a/b","stream":true,"messages":[{"role":"user","content":"hi"}]})";

class TemporaryFolder {
public:
    TemporaryFolder() {
        auto pattern = (fs::temp_directory_path() / "upstream-XXXXXX").string();
        if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp");
        path_ = pattern;
    }
    ~TemporaryFolder() { fs::remove_all(path_); }
    const fs::path& path() const noexcept { return path_; }

private:
    fs::path path_;
};

std::string content_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

/// Waits until the recorder, which works behind the answer, has finished an exchange.
bool recorded(const fs::path& folder) {
    for (int i = 0; i < 1000 && !fs::exists(folder / "meta.json"); ++i)
        std::this_thread::sleep_for(5ms);
    return fs::exists(folder / "meta.json");
}

/// An upstream and the simulator in front of it.
class Pair {
public:
    explicit Pair(bool tls = false) {
        SimulatorOptions options;
        options.tls = tls;
        upstream.emplace(options);
        SimulatorOptions front_options;
        front_options.upstream = upstream->base_url() + "/";
        front_options.record_directory = folder.path() / "case";
        if (tls) {
            front_options.upstream_ca_file = folder.path() / "ca.pem";
            upstream->write_ca(front_options.upstream_ca_file);
        }
        front.emplace(front_options);
    }

    RawResponse exchange(std::string_view body = request_body) const {
        RawClient client(front->port());
        client.post(chat_path, body);
        return client.read_response();
    }

    fs::path turn(int number) const {
        return folder.path() / "case" / ("turn-0" + std::to_string(number));
    }

    TemporaryFolder folder;
    std::optional<Simulator> upstream;
    std::optional<Simulator> front;
};

/// One event at once, the other when the latch is released.
SimResponse held(Latch latch) {
    SimResponse response;
    response.with_header("Content-Type", "text/event-stream");
    response.with_header("X-Generation-Id", "gen-7");
    response.with_step(send("data: {\"a\":1}\n\n")).with_step(hold(std::move(latch)));
    return response.with_step(send("data: [DONE]\n\n"));
}

/// The sum of a recording's cuts, and the longest pause before one.
std::pair<std::size_t, std::chrono::microseconds> cuts_of(const Recording& recording) {
    const auto total = std::accumulate(recording.chunk_bytes.begin(), recording.chunk_bytes.end(),
                                       std::size_t{0});
    auto longest = 0us;
    for (const auto delay : recording.chunk_delays) longest = std::max(longest, delay);
    return {total, longest};
}

}  // namespace

TEST_CASE("upstream: an answer comes through while it is made, and can be replayed") {
    Pair pair(GENERATE(false, true));
    Latch latch;
    auto response = held(latch);
    pair.upstream->enqueue(response);
    RawClient client(pair.front->port());
    client.post(chat_path, request_body);
    const auto head = client.read_head();
    CHECK(head.find("X-Generation-Id: gen-7\r\n") != std::string::npos);
    const std::string first = "f\r\ndata: {\"a\":1}\n\n\r\n";
    CHECK(client.read_at_least(first.size()) == first);
    CHECK_FALSE(latch.released());
    std::this_thread::sleep_for(30ms);
    latch.release();
    const std::string last = "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n";
    CHECK(client.read_at_least(last.size()) == last);

    REQUIRE(recorded(pair.turn(1)));
    const auto recording = load_recording(pair.turn(1));
    CHECK(recording.chunk_bytes == std::vector<std::size_t>{15, 14});
    REQUIRE(recording.chunk_delays.size() == 2);
    CHECK(recording.chunk_delays[1] >= 29ms);
    CHECK(recording.streaming);
    CHECK(recording.request == request_body);

    Simulator again;
    again.replay(pair.turn(1));
    RawClient second(again.port());
    second.post(chat_path, request_body);
    const auto replayed = second.read_response();
    CHECK(replayed.body == response.body_bytes());
    CHECK(replayed.wire == first + last);
    CHECK(replayed.headers.at("x-generation-id") == "gen-7");
}

TEST_CASE("upstream: the head comes through before there is a body") {
    Pair pair(GENERATE(false, true));
    Latch latch;
    SimResponse response;
    response.with_header("Content-Type", "text/event-stream");
    pair.upstream->enqueue(response.with_step(hold(latch)).with_step(send("data: [DONE]\n\n")));
    RawClient client(pair.front->port());
    client.post(chat_path, request_body);
    CHECK(client.read_head().starts_with("HTTP/1.1 200 "));
    latch.release();
    const std::string rest = "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n";
    CHECK(client.read_at_least(rest.size()) == rest);
}

TEST_CASE("upstream: a long answer cut anywhere keeps its bytes, and its cuts when replayed") {
    Pair pair(GENERATE(false, true));
    auto response = text_answer(std::string(200'000, 'x') + " zwölf 😂").streamed();
    response.split = Split::random(GENERATE(1u, 2u), 5000);
    pair.upstream->enqueue(response);
    const auto passed = pair.exchange();
    CHECK(passed.complete);
    REQUIRE(recorded(pair.turn(1)));
    CHECK((passed.body == content_of(pair.turn(1) / "response.body")));
    CHECK((passed.body == response.body_bytes()));
    CHECK(cuts_of(load_recording(pair.turn(1))).first == passed.body.size());

    Simulator again;
    again.replay(pair.turn(1));
    RawClient client(again.port());
    client.post(chat_path, request_body);
    CHECK((client.read_response().wire == passed.wire));
}

TEST_CASE("upstream: gets the request as it was, without what concerns one connection") {
    Pair pair;
    RawClient client(pair.front->port());
    client.post("/api/v1/models/a/b%20c?x=1&y=%2F", R"({"a":1})",
                "Accept-Encoding: gzip\r\nX-Title: mine\r\nConnection: keep-alive, X-Hop\r\n"
                "X-Hop: 1\r\nTE: trailers\r\nProxy-Authorization: Basic abcd\r\n");
    client.read_response();
    const auto request = pair.upstream->wait_for_request(0);
    CHECK(request.method == "POST");
    CHECK(request.target == "/api/v1/models/a/b%20c?x=1&y=%2F");
    CHECK(request.body == R"({"a":1})");
    CHECK(request.header("authorization") == "Bearer sk-test-0123456789");
    CHECK(request.header("x-title") == "mine");
    CHECK(request.header("host") == pair.upstream->origin().substr(7));
    CHECK(request.header("accept-encoding") == "identity");
    for (const auto* gone : {"connection", "x-hop", "te", "proxy-authorization", "user-agent"})
        CHECK(request.header(gone).empty());
}

TEST_CASE("upstream: a target without a slash cannot change the host") {
    Simulator upstream;
    SimulatorOptions options;
    options.upstream = upstream.origin();
    const Simulator front(options);
    for (const std::string target : {"9", "@127.0.0.2/x", ".example/x"}) {
        RawClient client(front.port());
        client.get(target);
        CHECK(client.read_response().status == 404);
        CHECK(upstream.requests().back().target == "/" + target);
    }
}

TEST_CASE("upstream: statuses, lengths and headers come back, connections serve again") {
    Pair pair;
    pair.upstream->enqueue(error_answer(429, "Slow down").with_header("Retry-After", "2"));
    pair.upstream->enqueue(error_answer(500, "Broken").with_header("Connection", "X-Hop")
                               .with_header("X-Hop", "1"));
    SimResponse empty;
    empty.status = 204;
    pair.upstream->enqueue(empty);
    RawClient client(pair.front->port());
    for (const int status : {429, 500, 204, 200}) {
        client.post(chat_path, request_body);
        const auto response = client.read_response();
        CHECK(response.status == status);
        CHECK(response.complete);
        CHECK(response.headers.contains("retry-after") == (status == 429));
        CHECK(response.headers.contains("content-length") == (status == 429 || status == 500));
        CHECK_FALSE(response.headers.contains("x-hop"));
    }
    client.send("HEAD /api/v1/models HTTP/1.1\r\n\r\n");
    CHECK(client.read_head().starts_with("HTTP/1.1 "));
    client.get("/api/v1/models/count");
    CHECK(client.read_response().body == R"({"data":{"count":6}})");
    CHECK(pair.front->accepted_connections() == 1);
    CHECK(pair.upstream->accepted_connections() <= 2);
}

TEST_CASE("upstream: scripts come first") {
    Pair pair;
    pair.front->enqueue(error_answer(429, "Not now"));
    CHECK(pair.exchange().status == 429);
    CHECK(pair.upstream->request_count() == 0);
    CHECK(pair.exchange().status == 200);
    CHECK(pair.upstream->request_count() == 1);
}

TEST_CASE("upstream: the key reaches it, and no file") {
    Pair pair;
    auto response = text_answer("You said sk-test-0123456789?").streamed();
    response.with_header("Set-Cookie", "session=0123456789").with_header("X-Echo", "0123456789");
    response.headers.back().second = "Bearer sk-test-0123456789";
    response.split = Split::every(3);
    pair.upstream->enqueue(response);
    CHECK(pair.exchange(R"({"model":"a/b","user":"sk-test-0123456789"})").complete);
    REQUIRE(recorded(pair.turn(1)));
    CHECK(pair.upstream->requests()[0].header("authorization").ends_with(key_digits));
    int files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(pair.folder.path() / "case")) {
        if (!entry.is_regular_file()) continue;
        ++files;
        INFO(entry.path().string());
        CHECK(content_of(entry.path()).find(key_digits) == std::string::npos);
    }
    CHECK(files == 3);
}

TEST_CASE("upstream: one that is down, drops or shows a wrong certificate is a 502") {
    SimulatorOptions options;
    std::optional<Simulator> upstream;
    SECTION("down") {
        options.upstream = "http://127.0.0.1:1/api/v1";
    }
    SECTION("drops") {
        options.upstream = upstream.emplace().base_url();
        upstream->drop_next_connections(5);
    }
    SECTION("a certificate of nobody we know") {
        SimulatorOptions secure;
        secure.tls = true;
        options.upstream = upstream.emplace(secure).base_url();
    }
    SECTION("a certificate for another host") {
        SimulatorOptions secure;
        secure.tls = true;
        secure.certificate = Certificate::wrong_host;
        options.upstream = upstream.emplace(secure).base_url();
    }
    const Simulator front(options);
    RawClient client(front.port());
    client.post(chat_path, request_body);
    const auto response = client.read_response();
    CHECK(response.status == 502);
    const auto error = json::parse(response.body).at("error");
    CHECK(error.at("code") == 502);
    CHECK(error.at("message").as_string().starts_with("upstream: "));
    CHECK(response.body.find(key_digits) == std::string::npos);
    client.get("/api/v1/a\xc3\xa4");
    CHECK(client.read_response().status == 400);
}

TEST_CASE("upstream: one that breaks off ends the caller's connection, also when replayed") {
    Pair pair;
    pair.upstream->enqueue(
        cut_after(text_answer("one two three").streamed(), 200, reset_connection()));
    const auto response = pair.exchange();
    CHECK(response.status == 200);
    CHECK_FALSE(response.complete);
    CHECK_FALSE(response.timed_out);
    REQUIRE(recorded(pair.turn(1)));
    CHECK(json::parse(content_of(pair.turn(1) / "meta.json")).at("end") == "close");

    Simulator again;
    again.replay(pair.turn(1));
    RawClient client(again.port());
    client.post(chat_path, request_body);
    const auto replayed = client.read_response();
    CHECK_FALSE(replayed.complete);
    CHECK(replayed.wire == response.wire);
}

TEST_CASE("upstream: a caller that leaves ends its connection at once") {
    Pair pair(GENERATE(false, true));
    Latch latch;
    RawClient client(pair.front->port());
    SECTION("before the head") {
        pair.upstream->enqueue("* *", [](const SimRequest&) {
            SimResponse response;
            response.delay = 1h;
            return response;
        });
        client.post(chat_path, request_body);
        pair.upstream->wait_for_request(0);
    }
    SECTION("in the middle") {
        pair.upstream->enqueue(held(latch));
        client.post(chat_path, request_body);
        client.read_head();
        client.read_at_least(15);
    }
    const auto left = std::chrono::steady_clock::now();
    if (GENERATE(false, true)) client.close();
    else client.close_by_reset();
    const auto connection = pair.upstream->requests()[0].connection;
    const auto ended = pair.upstream->wait_for_close(connection);
    CHECK(ended.end != ConnectionEnd::server);
    CHECK(ended.closed - left < 2s);
    CHECK(pair.front->wait_for_close());
}

TEST_CASE("upstream: a simulator that stops in the middle of an exchange ends it") {
    Pair pair;
    Latch latch;
    pair.upstream->enqueue(held(latch));
    RawClient client(pair.front->port());
    client.post(chat_path, request_body);
    client.read_head();
    pair.front.reset();
    CHECK(pair.upstream->wait_for_close());
}

TEST_CASE("upstream: a bad URL or CA file is said at the start") {
    SimulatorOptions options;
    for (const auto* url : {"openrouter.ai/api/v1", "ftp://a/b", "https://a/b?key=1", "/api"}) {
        options.upstream = url;
        CHECK_THROWS_AS(Simulator(options), std::runtime_error);
    }
    options.upstream = "https://127.0.0.1:9/api/v1";
    options.upstream_ca_file = "/nowhere/ca.pem";
    CHECK_THROWS_AS(Simulator(options), std::exception);
}
