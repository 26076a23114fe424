// Servers that lie, and browsers that come back with something else.
#include "oauth_fixture.hpp"

using namespace test;

namespace {

using Change = std::function<void(OAuthRules&, const std::string& origin)>;

struct Row {
    std::string words;  ///< of the error
    Change change;
    std::size_t consents = 0, token_requests = 0;
};

Change resource(json::object members) {
    return [members](OAuthRules& rules, const std::string&) { rules.resource = members; };
}

Change authorization_server(json::object members) {
    return [members](OAuthRules& rules, const std::string&) { rules.server = members; };
}

Change redirect(std::string query) {
    return [query](OAuthRules& rules, const std::string&) { rules.redirect_query = query; };
}

Change token(json::object members) {
    return [members](OAuthRules& rules, const std::string&) { rules.token_answer = members; };
}

Change token_response(SimResponse response) {
    return [response](OAuthRules& rules, const std::string&) { rules.token_response = response; };
}

void check_row(const Row& row) {
    INFO(row.words);
    OAuthServer server;
    const auto origin = server.origin();
    server.change([&](OAuthRules& rules) { row.change(rules, origin); });
    OAuthClient web(server);
    const auto text = web.call_failure();
    CHECK_THAT(text, ContainsSubstring("MCP server \"web\" wants authorization: "));
    CHECK_THAT(text, ContainsSubstring(row.words));
    check_discreet(server, text);
    CHECK(server.consents() == row.consents);
    CHECK(server.token_requests() == row.token_requests);
    for (const auto& request : server.at("/mcp")) CHECK(request.header("Authorization").empty());
}

}  // namespace

TEST_CASE("Metadata that cannot be trusted end the authorization before the user is asked") {
    const std::vector<Row> rows = {
        {"those of another server", resource({{"resource", "https://evil.example/mcp"}})},
        {"those of another server", resource({{"resource", "javascript:alert(1)"}})},
        {"authorization server has no https",
         resource({{"authorization_servers", {"http://as.example"}}})},
        {"authorization server has no https",
         resource({{"authorization_servers", {"file:///etc/passwd"}}})},
        {"those of another issuer", authorization_server({{"issuer", "https://as.example"}})},
        {"those of another issuer", authorization_server({{"issuer", nullptr}})},
        {"does not support PKCE",
         authorization_server({{"code_challenge_methods_supported", nullptr}})},
        {"does not support PKCE",
         authorization_server({{"code_challenge_methods_supported", {"plain"}}})},
        {"authorization_endpoint without https",
         authorization_server({{"authorization_endpoint", "javascript:alert(1)"}})},
        {"token_endpoint without https",
         authorization_server({{"token_endpoint", "http://as.example/token"}})},
        {"has no token_endpoint", authorization_server({{"token_endpoint", nullptr}})},
        {"registers no clients", authorization_server({{"registration_endpoint", nullptr}})},
    };
    for (const auto& row : rows) check_row(row);
}

TEST_CASE("What a browser comes back with counts only as the answer to our question") {
    const std::vector<Row> rows = {
        {"belongs to another authorization", redirect("code=x&state=guessed"), 1},
        {"belongs to another authorization", redirect("code=x"), 1},
        {"another authorization server", redirect("code=x&state={state}&iss=https://e.example"), 1},
        {"refused: access_denied", redirect("error=access_denied&state={state}"), 1},
        {"has no code", redirect("state={state}"), 1},
        {"invalid_grant", redirect("code=of-somebody-else&state={state}"), 1, 1},
    };
    for (const auto& row : rows) check_row(row);
}

TEST_CASE("A token that is none is not sent to anybody") {
    const std::vector<Row> rows = {
        {"not of the type Bearer", token({{"token_type", "mac"}}), 1, 1},
        {"has no access token", token({{"access_token", nullptr}}), 1, 1},
        {"has no access token", token({{"access_token", "a\r\nX-Evil: 1"}}), 1, 1},
        {"HTTP 200", token_response(http_status(200, "<html>", "text/html")), 1, 1},
        {"HTTP 302", token_response(http_status(302).with_header("Location", "https://e.example")),
         1, 1},
        {"", token_response(http_status(200, std::string(2 * 1024 * 1024, 'x'))), 1, 1},
    };
    for (const auto& row : rows) check_row(row);
}

TEST_CASE("A server without https far away gets no token") {
    McpServerConfig config;
    config.name = "far";
    config.url = "http://mcp.test/mcp";
    McpHttpServer proxy([](const SimRequest&, const json::value&) {
        return http_status(401).with_header("WWW-Authenticate", "Bearer");
    }, [](const SimRequest&) {
        return http_status(401).with_header("WWW-Authenticate", "Bearer");
    });
    auto options = oauth_options();
    options.http.proxy = proxy.simulator().origin();
    options.authorization.tokens = std::make_shared<MemoryTokens>();
    OAuthClient web(config, options);
    CHECK_THAT(web.call_failure(), ContainsSubstring("has no https: no token is sent to it"));
    CHECK(proxy.simulator().requests().size() == 1);
}

TEST_CASE("A redirect URI that is neither here nor safe is not used") {
    for (const char* uri : {"", "http://app.example/callback", "myapp:/callback"}) {
        OAuthServer server;
        auto options = oauth_options();
        options.authorization.redirect_uri = uri;
        OAuthClient web(server, options);
        CHECK_THAT(web.call_failure(), ContainsSubstring("the redirect URI is neither"));
        CHECK(server.registrations() == 0);
    }
}
