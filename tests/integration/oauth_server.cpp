#include "oauth_server.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace test {

namespace {

std::string decoded(const std::string& text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            result += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
            i += 2;
        } else {
            result += text[i] == '+' ? ' ' : text[i];
        }
    }
    return result;
}

std::string base64(const unsigned char* bytes, std::size_t size) {
    std::string text((size + 2) / 3 * 4 + 1, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, static_cast<int>(size));
    text.pop_back();
    return text;
}

/// RFC 7636 section 4.6.
std::string challenge_of(const std::string& verifier) {
    std::array<unsigned char, 32> digest{};
    EVP_Digest(verifier.data(), verifier.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
    auto text = base64(digest.data(), digest.size());
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    text.erase(text.find('='));
    return text;
}

bool has_word(const std::string& words, const std::string& word) {
    return (" " + words + " ").find(" " + word + " ") != std::string::npos;
}

SimResponse refusal(int status, const std::string& error) {
    return http_status(status, json::serialize(json::object{{"error", error}}));
}

void replace_members(json::object& object, const json::object& others) {
    for (const auto& other : others) {
        if (other.value().is_null()) {
            object.erase(other.key());
        } else {
            object[other.key()] = other.value();
        }
    }
}

SimResponse document(const json::object& object) {
    return http_status(200, json::serialize(object));
}

}  // namespace

std::map<std::string, std::string> read_form(const std::string& body) {
    std::map<std::string, std::string> form;
    for (std::size_t begin = 0; begin < body.size();) {
        const auto end = std::min(body.find('&', begin), body.size());
        const auto field = body.substr(begin, end - begin);
        const auto equals = field.find('=');
        form[decoded(field.substr(0, equals))] =
            equals == std::string::npos ? "" : decoded(field.substr(equals + 1));
        begin = end + 1;
    }
    return form;
}

OAuthServer::OAuthServer()
    : mcp_([this](const SimRequest& request,
                  const json::value& message) { return guard(request, message); },
           [this](const SimRequest& request) { return page(request); }) {}

void OAuthServer::end_access_tokens() {
    const std::scoped_lock lock(mutex_);
    access_.clear();
}

void OAuthServer::end_refresh_tokens() {
    const std::scoped_lock lock(mutex_);
    refresh_.clear();
}

void OAuthServer::forget_clients() {
    const std::scoped_lock lock(mutex_);
    clients_.clear();
}

void OAuthServer::add_client(const std::string& id, const std::string& secret) {
    const std::scoped_lock lock(mutex_);
    clients_[id] = secret;
    if (!secret.empty()) secrets_.push_back(secret);
}

std::vector<SimRequest> OAuthServer::at(const std::string& path) {
    std::vector<SimRequest> result;
    for (const auto& request : mcp_.simulator().requests()) {
        if (request.path == path) result.push_back(request);
    }
    return result;
}

std::map<std::string, std::string> OAuthServer::last_form() {
    const auto requests = at("/as/token");
    return requests.empty() ? std::map<std::string, std::string>()
                            : read_form(requests.back().body);
}

std::vector<std::string> OAuthServer::secrets() {
    const std::scoped_lock lock(mutex_);
    return secrets_;
}

std::string OAuthServer::fresh(const std::string& kind) {
    auto text = kind + "-secret-" + std::to_string(next_++);
    secrets_.push_back(text);
    return text;
}

std::optional<SimResponse> OAuthServer::guard(const SimRequest& request,
                                              const json::value& message) {
    const std::scoped_lock lock(mutex_);
    if (rules_.open_greeting && McpHttpServer::name_of(request) == "initialize") {
        return std::nullopt;
    }
    const std::string header(request.header("Authorization"));
    const std::string bearer = "Bearer ";
    const auto token = header.starts_with(bearer) ? header.substr(bearer.size()) : "";
    const auto found = access_.find(token);
    const auto metadata = origin() + "/.well-known/oauth-protected-resource/api/v1/mcp";
    if (found == access_.end() || !rules_.accepts_tokens) {
        std::string challenge = "Bearer error=\"invalid_token\"";
        if (rules_.has_resource_metadata) challenge += ", resource_metadata=\"" + metadata + "\"";
        if (!rules_.challenge.empty()) challenge += ", scope=\"" + rules_.challenge + "\"";
        return http_status(401).with_header("WWW-Authenticate", challenge);
    }
    if (McpHttpServer::name_of(request) != "tools/call") return std::nullopt;
    const bool writes = message.at("params").at("name") == "b" && !rules_.write_scope.empty();
    if (!writes || has_word(found->second, rules_.write_scope)) return std::nullopt;
    return http_status(403).with_header("WWW-Authenticate",
                                        "Bearer error=\"insufficient_scope\", scope=\"" +
                                            rules_.write_scope + "\", resource_metadata=\"" +
                                            metadata + "\"");
}

SimResponse OAuthServer::page(const SimRequest& request) {
    const std::scoped_lock lock(mutex_);
    if (request.path == "/.well-known/oauth-protected-resource/api/v1/mcp") {
        if (!rules_.has_resource_metadata) return http_status(404);
        json::object metadata{{"resource", url()}, {"authorization_servers", {issuer()}}};
        replace_members(metadata, rules_.resource);
        return document(metadata);
    }
    if (request.path == "/.well-known/oauth-authorization-server/as") {
        json::object metadata{{"issuer", issuer()},
                              {"authorization_endpoint", issuer() + "/authorize"},
                              {"token_endpoint", issuer() + "/token"},
                              {"registration_endpoint", issuer() + "/register"},
                              {"code_challenge_methods_supported", {"S256"}},
                              {"token_endpoint_auth_methods_supported",
                               {"none", "client_secret_basic"}}};
        replace_members(metadata, rules_.server);
        return document(metadata);
    }
    if (request.path == "/as/authorize") return authorize(request);
    if (request.path == "/as/token") return token(request);
    if (request.path == "/as/register") return register_client(request);
    return http_status(404);
}

SimResponse OAuthServer::authorize(const SimRequest& request) {
    Grant grant;
    grant.challenge = request.query("code_challenge");
    grant.client = request.query("client_id");
    grant.redirect = request.query("redirect_uri");
    grant.scope = request.query("scope");
    grant.resource = request.query("resource");
    const bool good = clients_.contains(grant.client) && grant.challenge.size() == 43 &&
                      request.query("code_challenge_method") == "S256" &&
                      request.query("response_type") == "code" && grant.resource == url() &&
                      request.query("state").size() >= 20;
    if (!good) return http_status(400, "a page that says what is wrong", "text/plain");
    const auto code = fresh("code");
    codes_[code] = grant;
    auto query = rules_.redirect_query;
    if (query.empty()) query = "code=" + code + "&state={state}";
    if (const auto place = query.find("{state}"); place != std::string::npos) {
        query.replace(place, 7, request.query("state"));
    }
    return http_status(302).with_header("Location", grant.redirect + "?" + query);
}

std::optional<std::string> OAuthServer::proven_client(
    const SimRequest& request, const std::map<std::string, std::string>& form) {
    const auto id = form.find("client_id");
    if (id != form.end()) {
        const auto known = clients_.find(id->second);
        if (known == clients_.end() || !known->second.empty()) return std::nullopt;
        return id->second;
    }
    for (const auto& [name, secret] : clients_) {
        const auto pair = name + ":" + secret;
        const auto text = base64(reinterpret_cast<const unsigned char*>(pair.data()), pair.size());
        if (request.header("Authorization") == "Basic " + text) return name;
    }
    return std::nullopt;
}

SimResponse OAuthServer::token(const SimRequest& request) {
    if (rules_.token_response) return *rules_.token_response;
    const auto form = read_form(request.body);
    const auto client = proven_client(request, form);
    if (!client) return refusal(401, "invalid_client");
    return exchange(form, *client);
}

SimResponse OAuthServer::exchange(std::map<std::string, std::string> form,
                                  const std::string& client) {
    if (form["resource"] != url()) return refusal(400, "invalid_target");
    if (form["grant_type"] == "client_credentials") return tokens(form["scope"], false);
    if (form["grant_type"] == "refresh_token") {
        const auto node = refresh_.extract(form["refresh_token"]);  // each is good once
        return node ? tokens(node.mapped(), true) : refusal(400, "invalid_grant");
    }
    const auto node = codes_.extract(form["code"]);
    const bool good = node && node.mapped().client == client &&
                      node.mapped().redirect == form["redirect_uri"] &&
                      node.mapped().challenge == challenge_of(form["code_verifier"]);
    secrets_.push_back(form["code_verifier"]);
    return good ? tokens(node.mapped().scope, true) : refusal(400, "invalid_grant");
}

SimResponse OAuthServer::tokens(const std::string& asked_scope, bool with_refresh) {
    const auto scope = rules_.granted_scope.value_or(asked_scope);
    const auto access = fresh("access");
    access_[access] = scope;
    json::object answer{{"access_token", access},
                        {"token_type", "Bearer"},
                        {"expires_in", rules_.expires_in},
                        {"scope", scope}};
    if (with_refresh) {
        const auto refresh = fresh("refresh");
        refresh_[refresh] = scope;
        answer["refresh_token"] = refresh;
    }
    replace_members(answer, rules_.token_answer);
    return document(answer);
}

SimResponse OAuthServer::register_client(const SimRequest& request) {
    const auto body = request.json();
    const auto method = body.at("token_endpoint_auth_method").as_string();
    const auto id = "client-" + std::to_string(next_++);
    clients_[id] = method == "none" ? "" : fresh("client");
    json::object answer{{"client_id", id}, {"token_endpoint_auth_method", method}};
    if (!clients_[id].empty()) answer["client_secret"] = clients_[id];
    return http_status(201, json::serialize(answer));
}

}  // namespace test
