#include "oauth/oauth_metadata.hpp"

#include "oauth/oauth_url.hpp"

#include <capstan/json.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace capstan::oauth {

namespace {

std::optional<json::object> read_object(std::string_view text) {
    auto value = try_parse_json(text);
    if (!value || !value->is_object()) return std::nullopt;
    return std::move(value->get_object());
}

std::string text(const json::object& object, std::string_view key) {
    return std::string(find_string(object, key).value_or(""));
}

std::optional<std::vector<std::string>> texts(const json::object& object, std::string_view key) {
    const auto* array = find_array(object, key);
    if (!array) return std::nullopt;
    std::vector<std::string> result;
    for (const auto& item : *array) {
        if (item.is_string()) result.emplace_back(item.get_string());
    }
    return result;
}

}  // namespace

std::optional<ResourceMetadata> read_resource_metadata(std::string_view document) {
    const auto object = read_object(document);
    if (!object) return std::nullopt;
    ResourceMetadata metadata;
    metadata.resource = text(*object, "resource");
    metadata.authorization_servers = texts(*object, "authorization_servers").value_or(
        std::vector<std::string>());
    metadata.scopes_supported = texts(*object, "scopes_supported");
    return metadata;
}

std::optional<ServerMetadata> read_server_metadata(std::string_view document) {
    const auto object = read_object(document);
    if (!object) return std::nullopt;
    const auto list = [&](std::string_view key) {
        return texts(*object, key).value_or(std::vector<std::string>());
    };
    const auto flag = [&](std::string_view key) { return find_bool(*object, key).value_or(false); };
    ServerMetadata metadata;
    metadata.issuer = text(*object, "issuer");
    metadata.authorization_endpoint = text(*object, "authorization_endpoint");
    metadata.token_endpoint = text(*object, "token_endpoint");
    metadata.registration_endpoint = text(*object, "registration_endpoint");
    metadata.scopes_supported = list("scopes_supported");
    metadata.code_challenge_methods = list("code_challenge_methods_supported");
    metadata.token_auth_methods = texts(*object, "token_endpoint_auth_methods_supported");
    metadata.token_auth_algorithms = list("token_endpoint_auth_signing_alg_values_supported");
    metadata.client_id_metadata_documents = flag("client_id_metadata_document_supported");
    metadata.sends_issuer = flag("authorization_response_iss_parameter_supported");
    return metadata;
}

ServerMetadata assumed_metadata(const std::string& origin) {
    ServerMetadata metadata;
    metadata.issuer = origin;
    metadata.authorization_endpoint = origin + "/authorize";
    metadata.token_endpoint = origin + "/token";
    metadata.registration_endpoint = origin + "/register";
    metadata.code_challenge_methods = {"S256"};
    metadata.assumed = true;
    return metadata;
}

bool is_same_issuer(std::string_view a, std::string_view b) {
    if (a.ends_with('/')) a.remove_suffix(1);
    if (b.ends_with('/')) b.remove_suffix(1);
    return !a.empty() && a == b;
}

std::string endpoint_fault(const ServerMetadata& metadata, std::string_view server_url,
                           bool with_user) {
    const std::array<std::pair<std::string_view, const std::string*>, 3> endpoints = {
        {{"authorization_endpoint", &metadata.authorization_endpoint},
         {"token_endpoint", &metadata.token_endpoint},
         {"registration_endpoint", &metadata.registration_endpoint}}};
    for (const auto& [name, url] : endpoints) {
        const bool needed =
            name == "token_endpoint" || (with_user && name == "authorization_endpoint");
        if (url->empty() && !needed) continue;
        if (url->empty()) return fmt::format("has no {}", name);
        if (!is_safe_url(*url, server_url)) return fmt::format("has a {} without https", name);
    }
    const auto& methods = metadata.code_challenge_methods;
    if (with_user && std::find(methods.begin(), methods.end(), "S256") == methods.end()) {
        return "does not support PKCE with S256";
    }
    return {};
}

}  // namespace capstan::oauth
