#include "oauth/oauth_tokens.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>
#include <vector>

using namespace capstan;
using namespace capstan::oauth;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

const Time noon{std::chrono::seconds(1'800'000'000)};

Tokens read(const std::string& body) { return read_tokens(200, body, "asked", noon); }

}  // namespace

TEST_CASE("A token answer is read, also where servers differ") {
    const auto full = read(R"({"access_token":"at","token_type":"bearer","expires_in":60,
        "refresh_token":"rt","scope":"a b","id_token":"x"})");
    CHECK(full.access == "at");
    CHECK(full.refresh == "rt");
    CHECK(full.scope == "a b");
    CHECK(full.expires_at == noon + 60s);
    const auto bare = read(R"({"access_token":"at","token_type":"BEARER"})");
    CHECK(bare.scope == "asked");
    CHECK_FALSE(bare.expires_at);
    CHECK(read(R"({"access_token":"a","token_type":"Bearer","expires_in":"90"})").expires_at ==
          noon + 90s);
    for (const char* odd : {"-5", "\"soon\"", "null", "{}", "1e400", "\"\""}) {
        const auto body =
            std::string(R"({"access_token":"a","token_type":"Bearer","expires_in":)") + odd + "}";
        INFO(body);
        const auto tokens = read(body);
        CHECK((!tokens.expires_at || *tokens.expires_at > noon));
    }
    // No overflow of the clock.
    const auto forever = read(
        R"({"access_token":"a","token_type":"Bearer","expires_in":9223372036854775807})");
    CHECK(forever.expires_at > noon + std::chrono::hours(24));
}

TEST_CASE("A refusal of a token is told in the server's words") {
    struct Row {
        int status;
        std::string body, code, words;
    };
    const std::vector<Row> rows = {
        {400, R"({"error":"invalid_grant","error_description":"too old"})", "invalid_grant",
         "HTTP 400; it said: too old"},
        {401, R"({"error":"invalid_client"})", "invalid_client", "it said: invalid_client"},
        {200, R"({"error":"bad_verification_code"})", "bad_verification_code", "HTTP 200"},
        {500, "<html>oops</html>", "", "HTTP 500"},
        {200, "[]", "", "HTTP 200"},
        {302, R"({"access_token":"a","token_type":"Bearer"})", "", "HTTP 302"},
        {200, R"({"token_type":"Bearer"})", "", "no access token"},
        {200, R"({"access_token":"","token_type":"Bearer"})", "", "no access token"},
        {200, R"({"access_token":7,"token_type":"Bearer"})", "", "no access token"},
        // It would go into a header field.
        {200, R"({"access_token":"a\r\nX: y","token_type":"Bearer"})", "", "no access token"},
        {200, R"({"access_token":"a b","token_type":"Bearer"})", "", "no access token"},
        {200, R"({"access_token":"secret","token_type":"mac"})", "", "not of the type Bearer"},
        {200, R"({"access_token":"secret"})", "", "not of the type Bearer"},
    };
    for (const auto& row : rows) {
        INFO(row.body);
        try {
            read_tokens(row.status, row.body, "", noon);
            FAIL("it was taken");
        } catch (const OAuthError& error) {
            CHECK(error.code() == row.code);
            CHECK_THAT(error.what(), ContainsSubstring(row.words));
            CHECK_THAT(error.what(), !ContainsSubstring("secret"));
            CHECK_THAT(error.what(), !ContainsSubstring("html"));
        }
    }
    const auto broken = read_error(400, "{\"error\":\"" + std::string(299, 'x') + "\xc3\xa4\"}");
    CHECK(is_valid_utf8(broken.what()));
}

TEST_CASE("A token is renewed a little before its end") {
    Tokens tokens;
    CHECK_FALSE(is_expiring(tokens, noon));
    tokens.expires_at = noon + 31s;
    CHECK_FALSE(is_expiring(tokens, noon));
    CHECK(is_expiring(tokens, noon + 1s));
    CHECK(is_expiring(tokens, noon + 1h));
}

TEST_CASE("What is kept of an authorization survives its JSON") {
    Kept kept;
    kept.issuer = "https://as.example";
    kept.client.id = "id";
    kept.client.secret = "s";
    kept.client.auth_method = "client_secret_post";
    kept.client.redirect_uri = "http://127.0.0.1:1/c";
    kept.client.scope = "a";
    kept.client.secret_expires_at = noon;
    kept.tokens.access = "at";
    kept.tokens.refresh = "rt";
    kept.tokens.scope = "a";
    kept.tokens.expires_at = noon + 60s;
    const auto text = to_json_text(to_json(kept));
    const auto again = kept_from_json(parse_json(text).as_object());
    CHECK(to_json_text(to_json(again)) == text);
    CHECK(again.client.secret == "s");
    CHECK(again.tokens.expires_at == noon + 60s);
    CHECK(to_json_text(to_json(Kept())) == R"({"issuer":""})");
    // A store may hold anything.
    for (const char* odd : {R"({})", R"({"issuer":7,"client":[],"tokens":"x"})",
                            R"({"tokens":{"access":"a\nb","expires_at":-1}})",
                            R"({"client":{"secret_expires_at":9223372036854775807}})",
                            R"({"tokens":{"access":7,"expires_at":9223372036854775807}})"}) {
        const auto read = kept_from_json(parse_json(odd).as_object());
        CHECK(read.tokens.access.empty());
        CHECK(read.client.id.empty());
    }
}

TEST_CASE("A token exchange gives a grant, or nothing") {
    CHECK(read_assertion(200, R"({"access_token":"jag","token_type":"N_A"})") == "jag");
    CHECK_FALSE(read_assertion(400, R"({"access_token":"jag"})"));
    CHECK_FALSE(read_assertion(200, R"({"access_token":""})"));
    CHECK_FALSE(read_assertion(200, "no"));
}
