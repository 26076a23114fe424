#include "oauth/oauth_discovery.hpp"

#include "oauth/oauth_http.hpp"
#include "oauth/oauth_scope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace capstan::oauth {

namespace {

/// The document that the challenge named, and no other.
asio::awaitable<ResourceMetadata> named_resource(HttpClient& http, const Search& search) {
    const auto& url = search.resource_metadata;
    if (!is_safe_url(url, search.server_url)) {
        throw std::runtime_error("the URL of its resource metadata is none with https");
    }
    auto request = get_request(url);
    const auto answer = co_await fetch(http, std::move(request));
    auto metadata = read_resource_metadata(answer.body);
    if (answer.status != 200 || !metadata) {
        throw std::runtime_error(
            fmt::format("its resource metadata cannot be read (HTTP {})", answer.status));
    }
    co_return std::move(*metadata);
}

asio::awaitable<std::optional<ResourceMetadata>> find_resource(HttpClient& http,
                                                               const Search& search) {
    std::optional<ResourceMetadata> metadata;
    if (!search.resource_metadata.empty()) {
        metadata = co_await named_resource(http, search);
        co_return metadata;
    }
    const auto urls = resource_metadata_urls(search.server_url);
    for (const auto& url : urls) {
        auto request = get_request(url);
        const auto answer = co_await fetch(http, std::move(request));
        if (answer.status == 200) metadata = read_resource_metadata(answer.body);
        if (metadata) break;
    }
    co_return metadata;
}

/// Empty: the resource names none.
std::string choose_issuer(const std::vector<std::string>& named, const Search& search) {
    const auto has = [&](const std::string& wanted) {
        return std::any_of(named.begin(), named.end(), [&](const auto& issuer) {
            return is_same_issuer(issuer, wanted);
        });
    };
    if (!search.issuer.empty()) {
        if (!named.empty() && !has(search.issuer)) {
            throw std::runtime_error(
                "it wants another authorization server than its configuration");
        }
        if (is_safe_url(search.issuer, search.server_url)) return search.issuer;
        throw std::runtime_error("the issuer of its configuration is no URL with https");
    }
    if (has(search.known_issuer)) return search.known_issuer;
    for (const auto& issuer : named) {
        if (is_safe_url(issuer, search.server_url)) return issuer;
    }
    if (named.empty()) return {};
    throw std::runtime_error("its authorization server has no https");
}

/// The first good document. `issuer` must be the one that it names; empty: it may name any.
asio::awaitable<std::optional<ServerMetadata>> find_server(HttpClient& http,
                                                           std::vector<std::string> urls,
                                                           std::string issuer) {
    std::string fault;
    for (const auto& url : urls) {
        Answer answer;
        try {
            auto request = get_request(url);
            answer = co_await fetch(http, std::move(request));
        } catch (const HttpError& error) {
            if (error.kind() == HttpErrorKind::cancelled) throw;
            fault = error.what();
        }
        auto metadata = read_server_metadata(answer.body);
        if (answer.status != 200 || !metadata) continue;
        if (issuer.empty() || is_same_issuer(metadata->issuer, issuer)) co_return metadata;
        fault = "its metadata are those of another issuer";
    }
    if (issuer.empty()) co_return std::nullopt;
    auto text = fmt::format("the authorization server {} has no metadata", issuer);
    if (!fault.empty()) text += ": " + fault;
    throw std::runtime_error(text);
}

/// Where the server says nothing: it is its own authorization server, as MCP of 2025-03-26 had it.
asio::awaitable<ServerMetadata> find_own_server(HttpClient& http, std::string origin) {
    auto urls = server_metadata_urls(origin);
    auto metadata = co_await find_server(http, std::move(urls), std::string());
    if (!metadata) co_return assumed_metadata(origin);
    if (metadata->issuer.empty()) metadata->issuer = origin;
    co_return std::move(*metadata);
}

asio::awaitable<ServerMetadata> find_any_server(HttpClient& http, const Search& search,
                                                std::string issuer) {
    if (issuer.empty()) co_return co_await find_own_server(http, origin_of(search.server_url));
    auto urls = server_metadata_urls(issuer);
    auto server = co_await find_server(http, std::move(urls), issuer);
    co_return std::move(*server);
}

void take_resource(const ResourceMetadata& resource, const Search& search, Discovered& found) {
    if (!resource.resource.empty()) {
        if (!covers_server(resource.resource, search.server_url)) {
            throw std::runtime_error("its resource metadata are those of another server");
        }
        found.resource = resource.resource;
    }
    if (resource.scopes_supported) found.scopes = join_scopes(*resource.scopes_supported);
}

}  // namespace

asio::awaitable<Discovered> discover(HttpClient& http, Search search) {
    Discovered found;
    found.resource = search.server_url;
    const auto resource = co_await find_resource(http, search);
    if (resource) take_resource(*resource, search, found);
    std::vector<std::string> named;
    if (resource) named = resource->authorization_servers;
    const auto issuer = choose_issuer(named, search);
    found.server = co_await find_any_server(http, search, issuer);
    const auto fault = endpoint_fault(found.server, search.server_url, search.with_user);
    if (!fault.empty()) {
        throw std::runtime_error(
            fmt::format("the authorization server {} {}", found.server.issuer, fault));
    }
    co_return found;
}

}  // namespace capstan::oauth
