#include "coding_fixture.hpp"

#include <capstan/testing/simulator.hpp>

#include <boost/asio/io_context.hpp>

#include <string>

using namespace test;
using namespace capstan;
using namespace capstan::testing;

namespace {

SimResponse page(std::string type, std::string body) {
    SimResponse response;
    response.with_header("Content-Type", std::move(type)).with_step(send(std::move(body)));
    return response;
}

SimResponse redirect(std::string to, int status = 302) {
    SimResponse response;
    response.status = status;
    response.with_header("Location", std::move(to));
    return response;
}

CodingToolOptions options(bool private_addresses) {
    CodingToolOptions result;
    result.fetch_private_addresses = private_addresses;
    result.max_fetch_bytes = 10'000;
    result.http.proxy_from_environment = false;
    return result;
}

}  // namespace

TEST_CASE("fetch_url: pages as text, by their type") {
    Simulator server;
    const CodingFixture fixture(options(true));
    const auto url = server.base_url() + "/page";
    server.always("GET /page", page("text/html", "<h1>Hi</h1><p>a &amp; b"));
    CHECK(fixture.text("fetch_url", {{"url", url}}) == "# Hi\n\na & b");
    server.enqueue("GET /page", page("application/json", "{\"a\":1}"));
    CHECK(fixture.text("fetch_url", {{"url", url}}) == "{\"a\":1}");
    server.enqueue("GET /page", page("text/plain", std::string(50'000, 'x')));
    CHECK(mentions(fixture.text("fetch_url", {{"url", url}}), "\n(cut after 9.8 KB)"));
    server.enqueue("GET /page", page("image/png", "x"));
    CHECK(mentions(fixture.error("fetch_url", {{"url", url}}), "image/png, which is no text"));
    auto missing = page("text/plain", "gone");
    missing.status = 404;
    server.enqueue("GET /page", missing);
    CHECK(fixture.error("fetch_url", {{"url", url}}) == "(HTTP status 404)\ngone");
    const auto& tool = fixture.tool("fetch_url");
    CHECK(tool.approval_key({{"url", "https://A.example/x"}}) == "fetch_url:a.example");
    CHECK(tool.permission({{"url", url}}) == Permission::ask);
    CHECK(tool.check({{"url", "file:///etc/passwd"}}) ==
          "file:///etc/passwd is no http or https URL");
}

TEST_CASE("fetch_url: redirects are followed, but not for ever") {
    Simulator server;
    const CodingFixture fixture(options(true));
    server.always("GET /end", page("text/plain", "end"));
    server.always("GET /loop", redirect("loop"));
    server.enqueue("GET /start", redirect("/api/v1/second", 301));
    server.enqueue("GET /second", redirect(server.base_url() + "/end#part", 307));
    CHECK(fixture.text("fetch_url", {{"url", server.base_url() + "/start"}}) ==
          "(redirected to " + server.base_url() + "/end)\nend");
    CHECK(fixture.error("fetch_url", {{"url", server.base_url() + "/loop"}}) ==
          "more than 5 redirects");
    server.enqueue("GET /start", redirect("file:///etc/passwd"));
    CHECK(mentions(fixture.error("fetch_url", {{"url", server.base_url() + "/start"}}),
                   "no http or https URL"));
}

TEST_CASE("fetch_url: private addresses are refused, however they are written") {
    Simulator server;
    const CodingFixture fixture(options(false));
    const auto port = std::to_string(server.port());
    for (const auto* host : {"127.0.0.1", "localhost", "127.1", "[::1]", "0.0.0.0",
                             "[::ffff:127.0.0.1]", "2130706433"}) {
        CAPTURE(host);
        const auto words =
            fixture.error("fetch_url", {{"url", "http://" + std::string(host) + ":" + port + "/"}});
        CHECK((mentions(words, "not allowed") || mentions(words, "public")));
    }
    CHECK(server.accepted_connections() == 0);
}

TEST_CASE("fetch_url: a redirect to a private address is refused, also behind a proxy") {
    // A proxy stands for the internet: what it is asked for by name, it answers.
    Simulator proxy;
    Simulator secret;
    auto settings = options(false);
    settings.http.proxy = proxy.origin();
    const CodingFixture fixture(settings);
    proxy.set_handler([&](const SimRequest& request) -> std::optional<SimResponse> {
        if (request.target.find("public.invalid") != std::string::npos)
            return redirect(secret.base_url() + "/secret");
        return page("text/plain", "secret");
    });
    const auto words = fixture.error("fetch_url", {{"url", "http://public.invalid/"}});
    CHECK(mentions(words, "127.0.0.1, which is not of the public internet"));
    CHECK(proxy.request_count() == 1);
    CHECK(secret.accepted_connections() == 0);
}
