// The browser on this machine.
#include "oauth_fixture.hpp"

#include <capstan/tools/mcp_loopback.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

using namespace test;

namespace {

using asio::ip::tcp;

struct Page {
    int status = 0;
    std::string body;
};

asio::awaitable<Page> visit(std::string url) {
    HttpClientOptions options;
    options.proxy_from_environment = false;
    HttpClient browser(options);
    HttpRequest request;
    request.url = url;
    auto response = co_await browser.send(std::move(request));
    Page page;
    page.status = response.status();
    page.body = co_await response.read_all();
    co_return page;
}

/// Goes to the page, and where it is sent from there.
asio::awaitable<void> browse(std::string url) {
    const auto back = co_await consent("", url);
    const auto page = co_await visit(back);
    CHECK(page.status == 200);
}

std::string page_of(const std::string& state) {
    return "https://as.example/authorize?state=" + state;
}

}  // namespace

TEST_CASE("A user consents in a browser on this machine") {
    OAuthServer server;
    asio::io_context io;
    std::vector<std::string> shown;
    McpLoopback loopback(io.get_executor(), [&](std::string name, std::string url) {
        shown.push_back(name);
        asio::co_spawn(io, browse(std::move(url)), asio::detached);
    });
    auto options = oauth_options();
    loopback.plug_into(options.authorization);
    CHECK(options.authorization.redirect_uri.starts_with("http://127.0.0.1:"));
    McpClient client(io.get_executor(), oauth_config(server), options);
    CHECK(text_of(run(io, client.call_tool("a", {}))) == "called");
    CHECK(shown == std::vector<std::string>{"web"});
    run(io, client.close());
    io.restart();
    io.run();  // nothing of it keeps the program alive
}

TEST_CASE("Several who wait are told apart by their state, and strangers are sent away") {
    asio::io_context io;
    int shown = 0;
    McpLoopback loopback(io.get_executor(), [&](std::string, std::string) { ++shown; });
    Started<std::string> first(io, loopback.authorize("one", page_of("s1")));
    Started<std::string> second(io, loopback.authorize("two", page_of("s2")));
    run_until(io, [&] { return shown == 2; });
    const auto home = loopback.redirect_uri();
    const auto origin = home.substr(0, home.rfind('/'));
    CHECK(run(io, visit(origin + "/favicon.ico?state=s1&code=x")).status == 404);
    CHECK(run(io, visit(home)).status == 400);
    const auto stranger = run(io, visit(home + "?code=%3Cscript%3E&state=s3"));
    CHECK(stranger.status == 400);
    CHECK_THAT(stranger.body, !ContainsSubstring("script>") && !ContainsSubstring("s3"));
    CHECK_FALSE(first.done());
    CHECK_FALSE(second.done());
    CHECK_THAT(run(io, visit(home + "?code=c2&state=s2")).body, ContainsSubstring("complete"));
    CHECK_FALSE(second.error());
    CHECK_FALSE(first.done());
    CHECK_THAT(run(io, visit(home + "?error=access_denied&state=s1")).body,
               ContainsSubstring("refused"));
    CHECK_FALSE(first.error());
    // Nobody waits: nobody listens either, and the next one is served again.
    Started<std::string> third(io, loopback.authorize("three", page_of("s4")));
    run_until(io, [&] { return shown == 3; });
    CHECK(run(io, visit(home + "?code=c4&state=s4")).status == 200);
    CHECK_FALSE(third.error());
}

TEST_CASE("Connections that a browser never uses, and bytes that are no request, do no harm") {
    asio::io_context io;
    int shown = 0;
    McpLoopback loopback(io.get_executor(), [&](std::string, std::string) { ++shown; });
    Started<std::string> waiting(io, loopback.authorize("one", page_of("s1")));
    run_until(io, [&] { return shown == 1; });
    const auto home = loopback.redirect_uri();
    const auto port = static_cast<std::uint16_t>(std::stoi(home.substr(home.rfind(':') + 1)));
    const tcp::endpoint place(asio::ip::address_v4::loopback(), port);
    std::vector<tcp::socket> idle;
    for (const char* bytes : {"", "GET", "POST /callback?state=s1&code=x HTTP/1.1\r\n\r\n",
                              "\r\n\r\n", "GET \r\n\r\n", "GET / \xff\x01 HTTP/1.1\r\n\r\n"}) {
        auto& socket = idle.emplace_back(io);
        socket.connect(place);
        asio::write(socket, asio::buffer(std::string(bytes)));
    }
    auto& flood = idle.emplace_back(io);
    flood.connect(place);
    boost::system::error_code ignored;
    asio::write(flood, asio::buffer("GET /" + std::string(100'000, 'x')), ignored);
    CHECK(run(io, visit(home + "?code=c&state=s1")).status == 200);
    CHECK_FALSE(waiting.error());
    const auto begin = std::chrono::steady_clock::now();
    io.restart();
    io.run();
    CHECK(std::chrono::steady_clock::now() - begin < 5s);  // the idle ones are not waited for
}

TEST_CASE("The URL that the browser asked for is given as it was") {
    asio::io_context io;
    std::string home;
    McpLoopback loopback(io.get_executor(), [&](std::string, std::string) {
        asio::co_spawn(io, visit(home + "?code=c%2F4&state=s&x"), asio::detached);
    });
    home = loopback.redirect_uri();
    CHECK(run(io, loopback.authorize("one", page_of("s"))) == home + "?code=c%2F4&state=s&x");
}

TEST_CASE("A wait for the browser ends with its helper") {
    asio::io_context io;
    auto loopback =
        std::make_unique<McpLoopback>(io.get_executor(), [](std::string, std::string) {});
    Started<std::string> waiting(io, loopback->authorize("one", page_of("s1")));
    Started<std::string> stateless(io, loopback->authorize("two", "https://as.example/authorize"));
    CHECK(stateless.error());
    CHECK_FALSE(waiting.done());
    loopback.reset();
    CHECK(waiting.error());
    io.restart();
    io.run();
}

TEST_CASE("A port that is taken is an error at once") {
    asio::io_context io;
    const McpLoopback first(io.get_executor(), [](std::string, std::string) {});
    const auto home = first.redirect_uri();
    const auto port = static_cast<std::uint16_t>(std::stoi(home.substr(home.rfind(':') + 1)));
    CHECK_THROWS_AS(McpLoopback(io.get_executor(), [](std::string, std::string) {}, port),
                    boost::system::system_error);
}
