#include "oauth/oauth_metadata.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace capstan::oauth;

namespace {

constexpr const char* full = R"({"issuer":"https://as.example/t",
    "authorization_endpoint":"https://as.example/authorize",
    "token_endpoint":"https://as.example/token",
    "registration_endpoint":"https://as.example/register",
    "scopes_supported":["a",7,"offline_access"],
    "code_challenge_methods_supported":["plain","S256"],
    "token_endpoint_auth_methods_supported":["none"],
    "token_endpoint_auth_signing_alg_values_supported":["ES256"],
    "client_id_metadata_document_supported":true,
    "authorization_response_iss_parameter_supported":true,
    "something_new":{"a":[1]}})";

ServerMetadata good() { return *read_server_metadata(full); }

}  // namespace

TEST_CASE("The metadata of an authorization server are read leniently") {
    const auto metadata = good();
    CHECK(metadata.issuer == "https://as.example/t");
    CHECK(metadata.scopes_supported == std::vector<std::string>{"a", "offline_access"});
    CHECK(metadata.token_auth_methods == std::vector<std::string>{"none"});
    CHECK(metadata.token_auth_algorithms == std::vector<std::string>{"ES256"});
    CHECK(metadata.client_id_metadata_documents);
    CHECK(metadata.sends_issuer);
    CHECK_FALSE(metadata.assumed);

    const auto odd = read_server_metadata(R"({"issuer":7,"scopes_supported":"a"})");
    REQUIRE(odd);
    CHECK(odd->issuer.empty());
    CHECK(odd->scopes_supported.empty());
    CHECK_FALSE(odd->token_auth_methods);
    for (const char* bad : {"", "[]", "7", "<html>", "{\"issuer\":"}) {
        CHECK_FALSE(read_server_metadata(bad));
        CHECK_FALSE(read_resource_metadata(bad));
    }
}

TEST_CASE("The metadata of a resource tell no scopes from none") {
    const auto some = read_resource_metadata(
        R"({"resource":"https://r","authorization_servers":["https://a"],"scopes_supported":[]})");
    REQUIRE(some);
    CHECK(some->resource == "https://r");
    CHECK(some->authorization_servers == std::vector<std::string>{"https://a"});
    CHECK(some->scopes_supported->empty());
    CHECK_FALSE(read_resource_metadata("{}")->scopes_supported);
}

TEST_CASE("An authorization server must be one that can be trusted with secrets") {
    const std::string web = "https://mcp.example/mcp";
    CHECK(endpoint_fault(good(), web, true).empty());
    auto metadata = good();
    metadata.token_endpoint = "http://as.example/token";
    CHECK(endpoint_fault(metadata, web, true) == "has a token_endpoint without https");
    metadata = good();
    metadata.authorization_endpoint = "javascript:alert(1)";
    CHECK(endpoint_fault(metadata, web, true) == "has a authorization_endpoint without https");
    metadata = good();
    metadata.registration_endpoint = "http://127.0.0.1:9/register";
    CHECK(endpoint_fault(metadata, web, true) == "has a registration_endpoint without https");
    CHECK(endpoint_fault(metadata, "http://127.0.0.1/mcp", true).empty());
    metadata = good();
    metadata.token_endpoint.clear();
    CHECK(endpoint_fault(metadata, web, false) == "has no token_endpoint");
    // Without a user there is no browser, and no code to protect.
    metadata = good();
    metadata.authorization_endpoint.clear();
    metadata.registration_endpoint.clear();
    metadata.code_challenge_methods.clear();
    CHECK(endpoint_fault(metadata, web, false).empty());
    CHECK(endpoint_fault(metadata, web, true) == "has no authorization_endpoint");
    for (const std::vector<std::string>& methods : {std::vector<std::string>{}, {"plain"}}) {
        metadata = good();
        metadata.code_challenge_methods = methods;
        CHECK(endpoint_fault(metadata, web, true) == "does not support PKCE with S256");
    }
}

TEST_CASE("Issuers are compared to the letter, but for a last slash") {
    CHECK(is_same_issuer("https://a", "https://a/"));
    CHECK(is_same_issuer("https://a/t", "https://a/t"));
    CHECK_FALSE(is_same_issuer("https://a/t", "https://a/T"));
    CHECK_FALSE(is_same_issuer("https://a", "https://a/t"));
    CHECK_FALSE(is_same_issuer("", ""));
    CHECK_FALSE(is_same_issuer("/", ""));
}

TEST_CASE("Without metadata the endpoints of 2025-03-26 are assumed") {
    const auto metadata = assumed_metadata("https://mcp.example");
    CHECK(metadata.authorization_endpoint == "https://mcp.example/authorize");
    CHECK(metadata.token_endpoint == "https://mcp.example/token");
    CHECK(metadata.registration_endpoint == "https://mcp.example/register");
    CHECK(metadata.assumed);
    CHECK(endpoint_fault(metadata, "https://mcp.example/mcp", true).empty());
}
