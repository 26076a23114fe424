#include "oauth/oauth_challenge.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <string>
#include <vector>

using namespace capstan;
using namespace capstan::oauth;

namespace {

Challenge read(const std::string& field) {
    Challenge challenge;
    read_challenge(field, challenge);
    return challenge;
}

}  // namespace

TEST_CASE("A challenge is read as servers write it") {
    struct Row {
        std::string field, metadata, scope, error;
    };
    const std::vector<Row> rows = {
        {"", "", "", ""},
        {"Bearer", "", "", ""},
        {R"(Bearer resource_metadata="https://a/b", scope="files:read")", "https://a/b",
         "files:read", ""},
        {R"(bearer   SCOPE = "a b" ,error=insufficient_scope)", "", "a b", "insufficient_scope"},
        {R"(Bearer realm="x, Basic realm=\"y\"", error="invalid_token")", "", "", "invalid_token"},
        {R"(Bearer scope="with \"quote\" and \\")", "", R"(with "quote" and \)", ""},
        // Other schemes, before and behind, with the form of a token too.
        {R"(Basic realm="r", scope="no", Bearer scope="yes", Digest scope="no")", "", "yes", ""},
        {R"(Negotiate abc==, Bearer scope=x)", "", "x", ""},
        {R"(Bearer abc=, DPoP scope="no")", "", "", ""},
        {R"(DPoP algs="ES256", error="invalid_token")", "", "", ""},
        // The first counts.
        {R"(Bearer scope="a", scope="b")", "", "a", ""},
        {R"(Bearer scope="a", Bearer scope="b", resource_metadata=c)", "c", "a", ""},
        // What is no good is left out, and does not hide the rest.
        {R"(,,, Bearer ,,scope="a",, error=e)", "", "a", "e"},
        {R"(Bearer scope="never closed)", "", "never closed", ""},
        {R"(scope="of no scheme")", "", "", ""},
    };
    for (const auto& row : rows) {
        INFO(row.field);
        const auto challenge = read(row.field);
        CHECK(challenge.resource_metadata == row.metadata);
        CHECK(challenge.scope == row.scope);
        CHECK(challenge.error == row.error);
    }
}

TEST_CASE("Several fields of a response count together") {
    HttpHeaders headers;
    headers.add("WWW-Authenticate", "Basic realm=x");
    headers.add("www-authenticate", "Bearer scope=a");
    headers.add("Other", "Bearer error=e");
    headers.add("Www-Authenticate", "Bearer resource_metadata=\"https://m\"");
    const auto challenge = read_challenge(headers);
    CHECK(challenge.scope == "a");
    CHECK(challenge.resource_metadata == "https://m");
    CHECK(challenge.error.empty());
}

TEST_CASE("No bytes of a challenge do harm") {
    const std::string good = R"(Bearer realm="\"x", scope="a b", Basic q==, resource_metadata=u)";
    for (std::size_t end = 0; end <= good.size(); ++end) CHECK_NOTHROW(read(good.substr(0, end)));
    std::mt19937 chance(7);
    const std::string alphabet("Bearer scope=\"\\, \t\0\xff", 20);
    for (int round = 0; round < 20'000; ++round) {
        std::string field = "Bearer ";
        for (auto size = chance() % 30; size > 0; --size) field += alphabet[chance() % 20];
        const auto challenge = read(field);
        CHECK(challenge.scope.size() <= field.size());
    }
}
