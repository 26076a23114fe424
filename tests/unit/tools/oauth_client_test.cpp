#include "oauth/oauth_client.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace capstan;
using namespace capstan::oauth;

namespace {

using Methods = std::optional<std::vector<std::string>>;

ServerMetadata server(Methods methods) {
    ServerMetadata metadata;
    metadata.issuer = "https://as.example";
    metadata.token_auth_methods = std::move(methods);
    return metadata;
}

Client with_secret(std::string auth_method = {}) {
    Client client;
    client.id = "id:1";
    client.secret = "s%";
    client.auth_method = std::move(auth_method);
    return client;
}

std::string chosen(const Client& client, std::vector<std::string> methods) {
    return auth_method(client, server(std::move(methods)));
}

}  // namespace

TEST_CASE("The proof of a client is one that both sides know") {
    const std::string basic = "client_secret_basic", post = "client_secret_post";
    CHECK(chosen(with_secret(), {post, basic}) == basic);
    CHECK(chosen(with_secret(), {post}) == post);
    CHECK(chosen(with_secret(), {"none"}) == "none");
    CHECK(chosen(with_secret(), {"tls_client_auth"}) == basic);
    CHECK(auth_method(with_secret(), server(std::nullopt)) == basic);
    CHECK(chosen(with_secret(post), {basic, post}) == post);     // as registered
    CHECK(chosen(with_secret("new_method"), {post}) == post);    // not known to us
    Client open;
    open.id = "id";
    CHECK(chosen(open, {basic}) == "none");
    CHECK(auth_method(open, server(std::nullopt)) == "none");
    open.auth_method = basic;  // of which there is no secret
    CHECK(chosen(open, {"none"}) == "none");
    auto key = with_secret();
    key.private_key = "pem";
    CHECK(chosen(key, {"private_key_jwt", basic}) == "private_key_jwt");
    CHECK(chosen(key, {basic}) == basic);
}

TEST_CASE("A secret is in the header or in the form, never in both") {
    Form form;
    HttpHeaders headers;
    authenticate(with_secret(), "client_secret_basic", server(std::nullopt), {}, form, headers);
    CHECK(headers.get("Authorization") == "Basic aWQlM0ExOnMlMjU=");  // id%3A1:s%25
    CHECK(form.empty());
    headers = HttpHeaders();
    authenticate(with_secret(), "client_secret_post", server(std::nullopt), {}, form, headers);
    CHECK_FALSE(headers.contains("Authorization"));
    CHECK(form == Form{{"client_id", "id:1"}, {"client_secret", "s%"}});
    form.clear();
    authenticate(with_secret(), "none", server(std::nullopt), {}, form, headers);
    CHECK(form == Form{{"client_id", "id:1"}});
}

TEST_CASE("A registration asks for a secret only where it must") {
    const auto method = [](Methods methods) {
        const auto request =
            registration_request(server(std::move(methods)), "n", "http://127.0.0.1:1/c", "a");
        return std::string(request.at("token_endpoint_auth_method").as_string());
    };
    CHECK(method(std::nullopt) == "none");
    CHECK(method({{"client_secret_basic", "none"}}) == "none");
    CHECK(method({{"client_secret_post", "client_secret_basic"}}) == "client_secret_basic");
    CHECK(method({{"client_secret_post"}}) == "client_secret_post");
    CHECK(method(std::vector<std::string>{"private_key_jwt"}) == "none");
    const auto request =
        registration_request(server(std::nullopt), "n", "http://127.0.0.1:1/c", "");
    CHECK(to_json_text(request) ==
          R"({"client_name":"n","redirect_uris":["http://127.0.0.1:1/c"],)"
          R"("grant_types":["authorization_code","refresh_token"],"response_types":["code"],)"
          R"("token_endpoint_auth_method":"none","application_type":"native"})");
}

TEST_CASE("A registration is good with a client id") {
    const auto client = read_registration(
        R"({"client_id":"id","client_secret":"s","client_secret_expires_at":0,"x":1})");
    REQUIRE(client);
    CHECK(client->secret == "s");
    CHECK_FALSE(client->secret_expires_at);
    CHECK(read_registration(R"({"client_id":"id","client_secret_expires_at":5})")
              ->secret_expires_at == Time(std::chrono::seconds(5)));
    for (const char* bad : {"", "[]", "{}", R"({"client_id":""})", R"({"client_id":7})"}) {
        CHECK_FALSE(read_registration(bad));
    }
}
