#include "oauth/oauth_client.hpp"

#include "oauth/oauth_crypto.hpp"

#include <algorithm>
#include <array>

namespace capstan::oauth {

namespace {

constexpr std::string_view none = "none", basic = "client_secret_basic",
                           post = "client_secret_post", key_jwt = "private_key_jwt";

bool contains(const std::vector<std::string>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

std::string text(const json::object& object, std::string_view key) {
    return std::string(find_string(object, key).value_or(""));
}

/// Whether the client has what the method needs.
bool can_use(const Client& client, std::string_view method) {
    if (method == key_jwt) return !client.private_key.empty();
    if (method == basic || method == post) return !client.secret.empty();
    return method == none;
}

std::string assertion(const Client& client, const ServerMetadata& server, Time now) {
    const SigningKey key(client.private_key);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    constexpr std::int64_t lifetime = 300;
    json::object claims;
    claims["iss"] = client.id;
    claims["sub"] = client.id;
    claims["aud"] = server.issuer;
    claims["jti"] = random_text();
    claims["iat"] = seconds;
    claims["exp"] = seconds + lifetime;
    return key.sign(claims, key.algorithm(server.token_auth_algorithms));
}

std::optional<Time> expiry(const json::object& object, std::string_view key) {
    const auto seconds = find_int(object, key);
    if (!seconds || *seconds <= 0) return std::nullopt;  // zero: never
    constexpr std::int64_t last = 1ll << 33;  // far away, and no overflow of the clock
    return Time(std::chrono::seconds(std::min(*seconds, last)));
}

}  // namespace

std::string auth_method(const Client& client, const ServerMetadata& server) {
    if (!client.auth_method.empty() && can_use(client, client.auth_method)) {
        return client.auth_method;
    }
    constexpr std::array order = {key_jwt, basic, post, none};
    for (const auto method : order) {
        if (!can_use(client, method)) continue;
        // Without a list all know Basic (RFC 8414 section 2).
        const auto& accepted = server.token_auth_methods;
        if (!accepted || contains(*accepted, method)) return std::string(method);
    }
    // None fits: what we have is more likely to be understood than nothing.
    const auto best = std::find_if(order.begin(), order.end(),
                                   [&](auto method) { return can_use(client, method); });
    return std::string(*best);
}

void authenticate(const Client& client, const std::string& method, const ServerMetadata& server,
                  Time now, Form& form, HttpHeaders& headers) {
    if (method == basic) {
        const auto pair = percent_encoded(client.id) + ':' + percent_encoded(client.secret);
        headers.set("Authorization", "Basic " + base64(pair));
        return;
    }
    form.emplace_back("client_id", client.id);
    if (method == post) form.emplace_back("client_secret", client.secret);
    if (method != key_jwt) return;
    form.emplace_back("client_assertion_type",
                      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    form.emplace_back("client_assertion", assertion(client, server, now));
}

void authenticate(const Client& client, const ServerMetadata& server, Time now, Form& form,
                  HttpHeaders& headers) {
    authenticate(client, auth_method(client, server), server, now, form, headers);
}

json::object registration_request(const ServerMetadata& server, const std::string& name,
                                  const std::string& redirect_uri, const std::string& scope) {
    // A program on a user's machine keeps no secret, so it asks for one only if it must.
    std::string method(none);
    if (const auto& accepted = server.token_auth_methods; accepted && !contains(*accepted, none)) {
        if (contains(*accepted, post)) method = post;
        if (contains(*accepted, basic)) method = basic;
    }
    json::object request;
    request["client_name"] = name;
    request["redirect_uris"].emplace_array().emplace_back(redirect_uri);
    auto& grants = request["grant_types"].emplace_array();
    grants.emplace_back("authorization_code");
    grants.emplace_back("refresh_token");
    request["response_types"].emplace_array().emplace_back("code");
    request["token_endpoint_auth_method"] = method;
    request["application_type"] = redirect_uri.starts_with("https://") ? "web" : "native";
    if (!scope.empty()) request["scope"] = scope;
    return request;
}

std::optional<Client> read_registration(std::string_view body) {
    const auto value = try_parse_json(body);
    const auto* object = value ? value->if_object() : nullptr;
    if (!object || text(*object, "client_id").empty()) return std::nullopt;
    Client client;
    client.id = text(*object, "client_id");
    client.secret = text(*object, "client_secret");
    client.auth_method = text(*object, "token_endpoint_auth_method");
    client.secret_expires_at = expiry(*object, "client_secret_expires_at");
    return client;
}

json::object to_json(const Client& client) {
    json::object object;
    object["id"] = client.id;
    if (!client.secret.empty()) object["secret"] = client.secret;
    object["auth_method"] = client.auth_method;
    object["redirect_uri"] = client.redirect_uri;
    object["scope"] = client.scope;
    if (client.secret_expires_at) {
        object["secret_expires_at"] = std::chrono::floor<std::chrono::seconds>(
                                          *client.secret_expires_at)
                                          .time_since_epoch()
                                          .count();
    }
    return object;
}

Client client_from_json(const json::object& object) {
    Client client;
    client.id = text(object, "id");
    client.secret = text(object, "secret");
    client.auth_method = text(object, "auth_method");
    client.redirect_uri = text(object, "redirect_uri");
    client.scope = text(object, "scope");
    client.secret_expires_at = expiry(object, "secret_expires_at");
    return client;
}

}  // namespace capstan::oauth
