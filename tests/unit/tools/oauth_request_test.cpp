#include "oauth/oauth_crypto.hpp"
#include "oauth/oauth_request.hpp"
#include "oauth/oauth_tokens.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <set>
#include <string>
#include <vector>

using namespace capstan::oauth;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

Discovered found() {
    Discovered result;
    result.resource = "https://mcp.example/mcp";
    result.server.issuer = "https://as.example";
    result.server.authorization_endpoint = "https://as.example/authorize?tenant=1";
    return result;
}

Secrets secrets() {
    Secrets result;
    result.verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    result.state = "st";
    return result;
}

}  // namespace

TEST_CASE("PKCE with S256 gives the challenge of RFC 7636 appendix B") {
    CHECK(code_challenge(secrets().verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST_CASE("Base64 has two alphabets") {
    CHECK(base64("\xfb\xff\xfe") == "+//+");
    CHECK(base64_url("\xfb\xff\xfe") == "-__-");
    CHECK(base64("a") == "YQ==");
    CHECK(base64_url("a") == "YQ");
    CHECK(base64_url("").empty());
}

TEST_CASE("Random texts are long, of the alphabet of URLs, and never the same") {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto text = random_text();
        CHECK(text.size() == 43);
        CHECK(text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789-_") == std::string::npos);
        CHECK(seen.insert(text).second);
    }
}

TEST_CASE("The browser's URL says who asks for what, and keeps the verifier back") {
    const auto url = authorization_url(found(), "id", "http://127.0.0.1:1/c", "a b", secrets());
    CHECK_THAT(url, !ContainsSubstring(secrets().verifier));
    const auto query = query_of(url);
    REQUIRE(query);
    const Form expected = {
        {"tenant", "1"},
        {"response_type", "code"},
        {"client_id", "id"},
        {"redirect_uri", "http://127.0.0.1:1/c"},
        {"state", "st"},
        {"code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"},
        {"code_challenge_method", "S256"},
        {"resource", "https://mcp.example/mcp"},
        {"scope", "a b"}};
    CHECK(*query == expected);
    const auto bare = *query_of(authorization_url(found(), "id", "r", "", secrets()));
    CHECK(form_value(bare, "scope").empty());
    const auto offline =
        *query_of(authorization_url(found(), "id", "r", "a offline_access", secrets()));
    CHECK(form_value(offline, "prompt") == "consent");
}

TEST_CASE("Only the answer to our own question has a code") {
    const std::string back = "http://127.0.0.1:1/c?";
    auto server = found().server;
    CHECK(read_redirect(" " + back + "code=x%2Fy&state=st\n", secrets(), server) == "x/y");
    CHECK(read_redirect(back + "code=x&state=st&iss=https%3A%2F%2Fas.example", secrets(), server) ==
          "x");
    const std::vector<std::pair<std::string, std::string>> rows = {
        {"", "no URL"},
        {"hello", "no URL"},
        {back, "another authorization"},
        {back + "code=x", "another authorization"},
        {back + "code=x&state=", "another authorization"},
        {back + "code=x&state=ST", "another authorization"},
        {back + "error=access_denied", "another authorization"},
        {back + "code=x&state=st&iss=https://evil.example", "another authorization server"},
        {back + "state=st", "no code"},
        {back + "code=&state=st", "no code"},
        {back + "error=access_denied&state=st", "refused: access_denied"},
        {back + "error=e&error_description=not+you&state=st&code=x", "refused: not you"},
    };
    for (const auto& [url, words] : rows) {
        INFO(url);
        CHECK_THROWS_MATCHES(read_redirect(url, secrets(), server), OAuthError,
                             MessageMatches(ContainsSubstring(words)));
    }
    server.sends_issuer = true;
    CHECK_THROWS_AS(read_redirect(back + "code=x&state=st", secrets(), server), OAuthError);
}

TEST_CASE("Every token request names the resource") {
    const auto place = found();
    const std::vector<Form> forms = {
        code_form(place, "c", "r", secrets()), refresh_form(place, "t"),
        client_credentials_form(place, "s"), token_exchange_form(place, "i", "s"),
        assertion_form(place, "a", "s")};
    for (const auto& form : forms) {
        CHECK(form_value(form, "resource") == place.resource);
        CHECK_FALSE(form_value(form, "grant_type").empty());
    }
    CHECK(form_value(forms[0], "code_verifier") == secrets().verifier);
    CHECK(form_value(forms[3], "audience") == "https://as.example");
}

TEST_CASE("Scopes are chosen by configuration, challenge, and what the resource names") {
    auto place = found();
    CHECK(choose_scope("", "", place, true).empty());
    place.scopes = "r1 r2";
    CHECK(choose_scope("", "", place, true) == "r1 r2");
    CHECK(choose_scope("", "c1", place, true) == "c1");
    CHECK(choose_scope("own own2 own", "c1", place, true) == "own own2");
    place.server.scopes_supported = {"offline_access"};
    CHECK(choose_scope("", "c1", place, true) == "c1 offline_access");
    CHECK(choose_scope("own", "c1", place, true) == "own");
    CHECK(choose_scope("", "c1", place, false) == "c1");
    place.scopes.reset();
    CHECK(choose_scope("", "", place, true).empty());
}
