#include "raw_client.hpp"

#include <capstan/testing/proxies.hpp>
#include <capstan/testing/simulator.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view count_path = "/api/v1/models/count";

RawResponse through(const FaultProxy& proxy,
                    std::chrono::milliseconds patience = Simulator::patience) {
    RawClient client(proxy.port());
    client.set_patience(patience);
    client.get(count_path);
    return client.read_response();
}

}  // namespace

TEST_CASE("fault proxy: passes bytes, slices and delays them") {
    Simulator simulator;
    Faults faults;
    faults.slice = GENERATE(0u, 1u, 13u);
    faults.delay = GENERATE(0us, 1000us);
    FaultProxy proxy(simulator.port(), faults);
    CHECK(proxy.through(simulator.base_url()) ==
          "http://127.0.0.1:" + std::to_string(proxy.port()) + "/api/v1");
    const auto response = through(proxy);
    CHECK(response.complete);
    CHECK(response.body == R"({"data":{"count":6}})");
    CHECK(proxy.connections() == 1);
    CHECK(proxy.bytes_to_client() == response.head.size() + response.body.size());
}

TEST_CASE("fault proxy: cut, reset, stall and corrupt") {
    Simulator simulator;
    FaultProxy proxy(simulator.port());
    const auto head_size = through(proxy).head.size();
    Faults faults;
    SECTION("cut") {
        faults.cut_after = head_size + 3;
        proxy.set_faults(faults);
        const auto response = through(proxy);
        CHECK_FALSE(response.complete);
        CHECK_FALSE(response.reset);
        CHECK_FALSE(response.timed_out);
        CHECK(response.body.size() == 3);
    }
    SECTION("cut at once") {
        faults.cut_after = 0;
        proxy.set_faults(faults);
        CHECK(through(proxy).head.empty());
    }
    SECTION("reset") {
        faults.reset_after = head_size + 3;
        proxy.set_faults(faults);
        CHECK(through(proxy).reset);
    }
    SECTION("stall") {
        faults.stall_after = head_size + 3;
        proxy.set_faults(faults);
        CHECK(through(proxy, 300ms).timed_out);
    }
    SECTION("corrupt") {
        faults.corrupt_at = head_size;
        proxy.set_faults(faults);
        const auto response = through(proxy);
        CHECK(response.complete);
        CHECK(response.body.front() == static_cast<char>(~'{'));
    }
    SECTION("a request cut") {
        faults.cut_request_after = 10;
        proxy.set_faults(faults);
        CHECK(through(proxy).head.empty());
    }
    CHECK(simulator.wait_for_close());
}

TEST_CASE("connect proxy: tunnels, forwards, and knows its users") {
    Simulator simulator;
    ConnectProxyOptions options;
    options.user = GENERATE("", "me");
    options.password = "pass word";
    ConnectProxy proxy(options);
    RawClient client(proxy.port());
    const auto authorization = options.user.empty()
                                   ? std::string()
                                   : "Proxy-Authorization: Basic bWU6cGFzcyB3b3Jk\r\n";
    const auto target = "127.0.0.1:" + std::to_string(simulator.port());
    if (!options.user.empty()) {
        client.send("CONNECT " + target + " HTTP/1.1\r\n\r\n");
        CHECK(client.read_response().status == 407);
        CHECK(proxy.refused() == 1);
    }
    SECTION("tunnel") {
        client.send("CONNECT " + target + " HTTP/1.1\r\n" + authorization + "\r\n");
        CHECK(client.read_head().starts_with("HTTP/1.1 200"));
        client.get(count_path);
        CHECK(client.read_response().status == 200);
        CHECK(proxy.tunnels() == 1);
    }
    SECTION("absolute form") {
        client.get("http://" + target + std::string(count_path), authorization);
        CHECK(client.read_response().status == 200);
        CHECK(proxy.forwarded() == 1);
        const auto request = simulator.wait_for_request(0);
        CHECK(request.target == count_path);
        CHECK(request.header("proxy-authorization").empty());
    }
    for (const auto& head : proxy.heads()) CHECK(head.find("bWU6") == std::string::npos);
}

TEST_CASE("connect proxy: refuses, stalls, redirects") {
    Simulator simulator;
    ConnectProxyOptions options;
    SECTION("refuses") {
        options.refuse_with = 503;
        ConnectProxy proxy(options);
        RawClient client(proxy.port());
        client.send("CONNECT a.example:443 HTTP/1.1\r\n\r\n");
        CHECK(client.read_response().status == 503);
    }
    SECTION("stalls") {
        options.stall = true;
        ConnectProxy proxy(options);
        RawClient client(proxy.port());
        client.set_patience(100ms);
        client.send("CONNECT a.example:443 HTTP/1.1\r\n\r\n");
        CHECK(client.read_response().timed_out);
    }
    SECTION("redirects every name to a port") {
        options.redirect_port = simulator.port();
        ConnectProxy proxy(options);
        RawClient client(proxy.port());
        client.send("CONNECT a.example:443 HTTP/1.1\r\n\r\n");
        CHECK(client.read_head().starts_with("HTTP/1.1 200"));
        client.get(count_path);
        CHECK(client.read_response().status == 200);
    }
}
