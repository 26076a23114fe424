// The way of a user who consents, from the first 401 to the token.
#include "oauth_fixture.hpp"

#include <boost/asio/steady_timer.hpp>

using namespace test;

namespace {

/// Consents when the test says so.
struct SlowUser {
    explicit SlowUser(asio::io_context& io)
        : timer(io, asio::steady_timer::time_point::max()) {}

    static asio::awaitable<std::string> wait(SlowUser* user, std::string server, std::string url) {
        ++user->asked;
        try {
            if (!user->decided) co_await user->timer.async_wait(asio::use_awaitable);
        } catch (const boost::system::system_error&) {
            if (!user->decided) {
                ++user->cancelled;
                throw;
            }
        }
        co_return co_await consent(std::move(server), std::move(url));
    }
    void decide() {
        decided = true;
        timer.cancel();
    }

    asio::steady_timer timer;
    int asked = 0, cancelled = 0;
    bool decided = false;
};

McpClientOptions with_user(SlowUser& user) {
    auto options = oauth_options();
    options.authorization.authorize = [&user](std::string server, std::string url) {
        return SlowUser::wait(&user, std::move(server), std::move(url));
    };
    return options;
}

}  // namespace

TEST_CASE("A server that asks for authorization gets it once, with every request from then on") {
    OAuthServer server;
    OAuthClient web(server);
    CHECK(web.call() == "called");
    CHECK(web.call() == "called");
    run(web.io, web.client->close());
    CHECK(server.consents() == 1);
    CHECK(server.registrations() == 1);
    CHECK(server.token_requests() == 1);
    const auto requests = server.at("/mcp");
    CHECK(requests[0].header("Authorization").empty());
    for (std::size_t i = 1; i < requests.size(); ++i) {
        CHECK(requests[i].header("Authorization") == requests[1].header("Authorization"));
        CHECK(requests[i].header("Authorization").starts_with("Bearer access-secret-"));
    }
    CHECK(requests.back().method == "DELETE");
    // Nobody else gets the token, and it is in no URL.
    for (const auto& request : server.mcp().simulator().requests()) {
        CHECK_THAT(request.target, !ContainsSubstring("access-secret"));
        if (request.path != "/mcp") CHECK(request.header("Authorization").empty());
    }
    const auto page = server.at("/as/authorize")[0];
    CHECK(page.query("scope") == "read");
    CHECK(page.query("resource") == server.url());
    const auto form = server.last_form();
    CHECK(form.at("resource") == server.url());
    CHECK(form.at("redirect_uri") == redirect_uri);
}

TEST_CASE("Calls that need authorization at the same time ask the user once") {
    OAuthServer server;
    asio::io_context io;
    SlowUser user(io);
    McpClient client(io.get_executor(), oauth_config(server), with_user(user));
    Started<json::object> first(io, client.call_tool("a", {}));
    Started<json::object> second(io, client.call_tool("a", {}));
    run_until(io, [&] { return user.asked == 1; });
    user.decide();
    CHECK_FALSE(first.error());
    CHECK_FALSE(second.error());
    // All of these have a token that ended.
    server.end_access_tokens();
    server.end_refresh_tokens();
    Started<json::object> third(io, client.call_tool("a", {}));
    Started<json::object> fourth(io, client.call_tool("a", {}));
    CHECK_FALSE(third.error());
    CHECK_FALSE(fourth.error());
    CHECK(user.asked == 2);
}

TEST_CASE("The time that the user takes is not the server's") {
    OAuthServer server;
    asio::io_context io;
    SlowUser user(io);
    auto config = oauth_config(server);
    config.init_timeout = config.request_timeout = config.max_request_time = 1s;
    McpClient client(io.get_executor(), config, with_user(user));
    Started<json::object> call(io, client.call_tool("a", {}));
    run_until(io, [&] { return user.asked == 1; });
    const auto later = std::chrono::steady_clock::now() + 1500ms;
    run_until(io, [&] { return std::chrono::steady_clock::now() > later; });
    CHECK_FALSE(call.done());
    user.decide();
    CHECK_FALSE(call.error());
}

TEST_CASE("A user who does not decide in time ends the call, not the client") {
    OAuthServer server;
    asio::io_context io;
    SlowUser user(io);
    auto options = with_user(user);
    options.authorization.timeout = 50ms;
    McpClient client(io.get_executor(), oauth_config(server), options);
    CHECK_THAT(failure(io, client.call_tool("a", {})),
               ContainsSubstring("MCP server \"web\" wants authorization: nobody has consented "
                                 "within 50 ms"));
    CHECK(user.cancelled == 1);
    user.decided = true;
    CHECK(text_of(run(io, client.call_tool("a", {}))) == "called");
    // A page that nobody came back from may have been one about a client that is not known.
    CHECK(server.registrations() == 2);
}

TEST_CASE("Without anybody who waits the user is not waited for") {
    OAuthServer server;
    asio::io_context io;
    SlowUser user(io);
    auto client = std::make_unique<McpClient>(io.get_executor(), oauth_config(server),
                                              with_user(user));
    Started<json::object> call(io, client->call_tool("a", {}));
    run_until(io, [&] { return user.asked == 1; });
    client.reset();
    CHECK(call.error());
    run_until(io, [&] { return user.cancelled == 1; });
    io.restart();
    io.run_for(60s);  // ends when there is no work left
    CHECK(io.stopped());
}

TEST_CASE("A scope that is missing is asked for together with the others") {
    OAuthServer server;
    OAuthClient web(server);
    CHECK(web.call("a") == "called");
    CHECK(web.call("b") == "called");
    CHECK(web.call("a") == "called");
    const auto pages = server.at("/as/authorize");
    REQUIRE(pages.size() == 2);
    CHECK(pages[0].query("scope") == "read");
    CHECK(pages[1].query("scope") == "read write");
    // The client is registered for "read" only: the wider scopes want another one.
    CHECK(server.registrations() == 2);
}

TEST_CASE("A scope that was asked for already is not asked for again") {
    OAuthServer server;
    server.change([](OAuthRules& rules) { rules.granted_scope = "read"; });
    OAuthClient web(server);
    CHECK(web.call("a") == "called");
    for (int i = 0; i < 3; ++i) {
        const auto text = web.call_failure("b");
        CHECK_THAT(text, ContainsSubstring("the scopes \"write\" that it wants were asked for"));
        check_discreet(server, text);
    }
    CHECK(server.consents() == 2);
    CHECK(server.at("/as/authorize")[1].query("scope") == "read write");
    CHECK(web.call("a") == "called");
}

TEST_CASE("A server that refuses every token ends the call after one consent") {
    OAuthServer server;
    server.change([](OAuthRules& rules) { rules.accepts_tokens = false; });
    OAuthClient web(server);
    const auto text = web.call_failure();
    CHECK_THAT(text, ContainsSubstring("HTTP 401; it refuses the token that it was authorized"));
    CHECK(server.consents() == 1);
    CHECK(server.at("/mcp").size() == 2);
    check_discreet(server, text);
}

TEST_CASE("A server may greet everybody, and want authorization for the rest") {
    OAuthServer server;
    server.change([](OAuthRules& rules) { rules.open_greeting = true; });
    OAuthClient web(server);
    CHECK(web.call() == "called");
    CHECK(server.consents() == 1);
    CHECK(server.mcp().requests("POST", "notifications/initialized").size() == 2);
}

TEST_CASE("A header of the user's own leaves OAuth out") {
    OAuthServer server;
    auto config = oauth_config(server);
    config.headers["authorization"] = "Bearer own";
    OAuthClient web(config);
    CHECK_THAT(web.call_failure(), ContainsSubstring("put a key or token into \"headers\""));
    CHECK(server.consents() == 0);
    CHECK(server.at("/mcp")[0].header("Authorization") == "Bearer own");
}

TEST_CASE("A server without metadata is its own authorization server") {
    OAuthServer server;
    server.change([](OAuthRules& rules) { rules.has_resource_metadata = false; });
    OAuthClient web(server);
    // At the places of 2025-03-26, where this one has nothing.
    CHECK_THAT(web.call_failure(), ContainsSubstring("registers no client: HTTP 404"));
    CHECK(server.at("/.well-known/oauth-protected-resource").size() == 1);
    CHECK(server.at("/.well-known/oauth-authorization-server").size() == 1);
    CHECK(server.at("/.well-known/openid-configuration").size() == 1);
    CHECK(server.at("/register").size() == 1);
}

TEST_CASE("A document of the client's own is its id where servers know such documents") {
    OAuthServer server;
    const std::string id = "https://app.example/client.json";
    server.add_client(id, "");
    auto options = oauth_options();
    options.authorization.client_metadata_url = id;
    OAuthClient other(server, options);
    CHECK(other.call() == "called");
    CHECK(server.registrations() == 1);
    server.change([](OAuthRules& rules) {
        rules.server = {{"client_id_metadata_document_supported", true}};
    });
    OAuthClient web(server, options);
    CHECK(web.call() == "called");
    CHECK(server.registrations() == 1);
    CHECK(server.at("/as/authorize")[1].query("client_id") == id);
}
