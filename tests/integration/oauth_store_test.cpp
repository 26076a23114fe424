// Authorizations that outlive their program.
#include "oauth_fixture.hpp"

using namespace test;

namespace {

McpClientOptions with_store(std::shared_ptr<McpTokenStore> tokens) {
    auto options = oauth_options();
    options.authorization.tokens = std::move(tokens);
    return options;
}

}  // namespace

TEST_CASE("What a store keeps spares the user the next time") {
    OAuthServer server;
    const auto store = std::make_shared<MemoryTokens>();
    CHECK(OAuthClient(server, with_store(store)).call() == "called");
    REQUIRE(store->kept.size() == 1);
    CHECK(store->kept.contains(server.url()));

    OAuthClient second(server, with_store(store));
    CHECK(second.call() == "called");
    CHECK(server.consents() == 1);
    CHECK(server.token_requests() == 1);
    // The first request had the token already.
    const auto requests = server.mcp().requests("POST", "initialize");
    CHECK(requests.back().header("Authorization").starts_with("Bearer access-secret"));

    server.end_access_tokens();
    CHECK(OAuthClient(server, with_store(store)).call() == "called");
    CHECK(server.consents() == 1);
    CHECK(server.token_requests() == 2);
}

TEST_CASE("A store without a way to the user is enough while its tokens are good") {
    OAuthServer server;
    const auto store = std::make_shared<MemoryTokens>();
    CHECK(OAuthClient(server, with_store(store)).call() == "called");
    auto options = with_store(store);
    options.authorization.authorize = {};
    server.end_access_tokens();
    OAuthClient web(server, options);
    CHECK(web.call() == "called");
    server.end_access_tokens();
    server.end_refresh_tokens();
    CHECK_THAT(web.call_failure(), ContainsSubstring("there is no way to ask"));
}

TEST_CASE("What another program renewed is used, not renewed again") {
    OAuthServer server;
    const auto store = std::make_shared<MemoryTokens>();
    OAuthClient first(server, with_store(store)), second(server, with_store(store));
    CHECK(first.call() == "called");
    CHECK(second.call() == "called");
    server.end_access_tokens();
    CHECK(first.call() == "called");  // a refresh token is good for one time only
    CHECK(second.call() == "called");
    CHECK(server.consents() == 1);
    CHECK(server.token_requests() == 2);
}

TEST_CASE("A store that fails costs nothing but the memory of it") {
    OAuthServer server;
    const auto store = std::make_shared<MemoryTokens>();
    store->broken = true;
    OAuthClient web(server, with_store(store));
    CHECK(web.call() == "called");
    server.end_access_tokens();
    CHECK(web.call() == "called");
    CHECK(server.consents() == 1);
    // What it kept from an earlier time does not come back in place of what is newer.
    store->broken = false;
    store->kept[server.url()] = {{"issuer", server.issuer()}, {"tokens", {{"access", "stale"}}}};
    server.end_access_tokens();
    CHECK(web.call() == "called");
    CHECK(server.consents() == 1);
}

TEST_CASE("A store that holds nonsense is as good as an empty one") {
    for (const char* kept : {"{\"issuer\":7}", "{\"tokens\":{\"access\":\"x\\ny\"}}",
                             "{\"tokens\":{\"access\":\"of another time\",\"refresh\":\"r\"}}",
                             "{\"client\":{\"id\":\"gone\"},\"tokens\":{\"refresh\":\"r\"}}"}) {
        INFO(kept);
        OAuthServer server;
        const auto store = std::make_shared<MemoryTokens>();
        store->kept[server.url()] = json::parse(kept).as_object();
        CHECK(OAuthClient(server, with_store(store)).call() == "called");
        CHECK(server.consents() == 1);
    }
}

TEST_CASE("What is kept for one authorization server is of no use at another") {
    OAuthServer server;
    const auto store = std::make_shared<MemoryTokens>();
    store->kept[server.url()] =
        json::parse(R"({"issuer":"https://as.example","client":{"id":"c","secret":"others-secret",
            "redirect_uri":"http://127.0.0.1:1/callback","scope":""},
            "tokens":{"refresh":"others-refresh"}})")
            .as_object();
    CHECK(OAuthClient(server, with_store(store)).call() == "called");
    for (const auto& request : server.mcp().simulator().requests()) {
        CHECK_THAT(request.body + request.target, !ContainsSubstring("others-"));
    }
    CHECK(server.registrations() == 1);
}

TEST_CASE("Another redirect URI wants another registration") {
    OAuthServer server;
    const auto store = std::make_shared<MemoryTokens>();
    CHECK(OAuthClient(server, with_store(store)).call() == "called");
    server.end_access_tokens();
    server.end_refresh_tokens();
    auto options = with_store(store);
    options.authorization.redirect_uri = "http://127.0.0.1:2/callback";
    CHECK(OAuthClient(server, options).call() == "called");
    CHECK(server.registrations() == 2);
}
