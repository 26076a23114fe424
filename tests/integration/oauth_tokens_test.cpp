// Tokens that end, and those that need no user.
#include "oauth_fixture.hpp"


using namespace test;

namespace {

McpServerConfig machine_config(OAuthServer& server) {
    auto config = oauth_config(server);
    config.authorization.grant = McpGrant::client_credentials;
    config.authorization.client_id = "machine";
    config.authorization.client_secret = "machine-secret";
    return config;
}

McpClientOptions without_user() {
    McpClientOptions options;
    options.http.proxy_from_environment = false;
    return options;
}

asio::awaitable<std::string> logged_in() { co_return "id-token-secret"; }

}  // namespace

TEST_CASE("A token that ended is refreshed without the user, again and again") {
    OAuthServer server;
    OAuthClient web(server);
    for (int i = 0; i < 4; ++i) {
        CHECK(web.call() == "called");
        server.end_access_tokens();
    }
    CHECK(server.consents() == 1);
    CHECK(server.token_requests() == 4);
    const auto form = server.last_form();
    CHECK(form.at("grant_type") == "refresh_token");
    CHECK(form.at("resource") == server.url());
}

TEST_CASE("A token that is about to end is refreshed before it is refused") {
    OAuthServer server;
    server.change([](OAuthRules& rules) { rules.expires_in = 5; });
    OAuthClient web(server);
    CHECK(web.call() == "called");
    server.change([](OAuthRules& rules) { rules.expires_in = 3600; });
    const auto before = server.at("/mcp").size();
    server.end_access_tokens();
    CHECK(web.call() == "called");
    CHECK(server.consents() == 1);
    // Each request was answered at once, the streams beside them included.
    const auto requests = server.at("/mcp");
    for (auto i = before; i < requests.size(); ++i) {
        CHECK(requests[i].header("Authorization") != requests[1].header("Authorization"));
    }
}

TEST_CASE("A refresh token that is refused leads to the user") {
    OAuthServer server;
    OAuthClient web(server);
    CHECK(web.call() == "called");
    server.end_access_tokens();
    server.end_refresh_tokens();
    CHECK(web.call() == "called");
    CHECK(server.consents() == 2);
    CHECK(server.registrations() == 1);
}

TEST_CASE("A client that the server has forgotten is registered anew") {
    OAuthServer server;
    OAuthClient web(server);
    CHECK(web.call() == "called");
    server.end_access_tokens();
    server.forget_clients();
    CHECK(web.call() == "called");
    CHECK(server.registrations() == 2);
}

TEST_CASE("An accident at the token endpoint costs no refresh token") {
    OAuthServer server;
    OAuthClient web(server);
    CHECK(web.call() == "called");
    server.end_access_tokens();
    server.change([](OAuthRules& rules) { rules.token_response = http_status(503, "busy"); });
    CHECK_THAT(web.call_failure(), ContainsSubstring("refused: HTTP 503"));
    server.change([](OAuthRules& rules) { rules.token_response.reset(); });
    CHECK(web.call() == "called");
    CHECK(server.consents() == 1);
}

TEST_CASE("A server that keeps secrets from clients gets them back in the header") {
    OAuthServer server;
    server.change([](OAuthRules& rules) {
        rules.server = {{"token_endpoint_auth_methods_supported", {"client_secret_basic"}}};
    });
    OAuthClient web(server);
    CHECK(web.call() == "called");
    CHECK(server.at("/as/token")[0].header("Authorization").starts_with("Basic "));
    CHECK_FALSE(server.last_form().contains("client_secret"));
    CHECK_FALSE(server.last_form().contains("client_id"));
}

TEST_CASE("A program of its own needs no user") {
    OAuthServer server;
    server.add_client("machine", "machine-secret");
    OAuthClient web(machine_config(server), without_user());
    CHECK(web.call() == "called");
    CHECK(web.call("b") == "called");
    server.end_access_tokens();
    CHECK(web.call() == "called");
    CHECK(server.consents() == 0);
    CHECK(server.registrations() == 0);
    CHECK(server.last_form().at("grant_type") == "client_credentials");
}

TEST_CASE("A secret goes to the issuer that it is for, and to no other") {
    OAuthServer server;
    server.add_client("machine", "machine-secret");
    auto config = machine_config(server);
    config.authorization.issuer = server.issuer() + "/";
    CHECK(OAuthClient(config, without_user()).call() == "called");
    config.authorization.issuer = "https://as.example";
    OAuthClient web(config, without_user());
    const auto text = web.call_failure();
    CHECK_THAT(text, ContainsSubstring("wants another authorization server"));
    CHECK(server.token_requests() == 1);
}

TEST_CASE("A wrong secret is an error that does not show it") {
    OAuthServer server;
    OAuthClient web(machine_config(server), without_user());
    const auto text = web.call_failure();
    CHECK_THAT(text, ContainsSubstring("it said: invalid_client"));
    CHECK_THAT(text, !ContainsSubstring("machine-secret"));
    // Not even if the server quotes it.
    server.change([](OAuthRules& rules) {
        rules.token_response = http_status(
            400, R"({"error":"invalid_client","error_description":"no machine-secret here"})");
    });
    CHECK_THAT(web.call_failure(), ContainsSubstring("no [redacted] here"));
}

TEST_CASE("The identity provider of an enterprise vouches for the user") {
    OAuthServer server;
    server.add_client("app", "app-secret");
    McpHttpServer provider({}, [](const SimRequest& request) {
        const auto form = read_form(request.body);
        const bool good = request.path == "/idp" && form.at("subject_token") == "id-token-secret" &&
                          form.at("client_id") == "at-idp";
        if (!good) return http_status(400, R"({"error":"invalid_request"})");
        return http_status(200, R"({"access_token":"jag-secret","token_type":"N_A"})");
    });
    auto config = oauth_config(server);
    config.authorization.grant = McpGrant::identity_assertion;
    config.authorization.client_id = "app";
    config.authorization.client_secret = "app-secret";
    config.authorization.identity.token_endpoint = provider.simulator().origin() + "/idp";
    config.authorization.identity.client_id = "at-idp";
    config.authorization.identity.id_token = logged_in;
    OAuthClient web(config, without_user());
    // Our server knows no such grant; what it is asked is right.
    const auto text = web.call_failure();
    CHECK_THAT(text, ContainsSubstring("it said: invalid_grant"));
    CHECK(server.last_form().at("assertion") == "jag-secret");
    CHECK(server.last_form().at("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer");
    const auto form = read_form(provider.simulator().requests().at(0).body);
    CHECK(form.at("audience") == server.issuer());
    CHECK(form.at("resource") == server.url());
    CHECK_THAT(text, !ContainsSubstring("secret"));
}
