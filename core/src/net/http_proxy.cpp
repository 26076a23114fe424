#include "net/http_proxy.hpp"

#include "net/http_text.hpp"

#include <capstan/http_client.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>

#include <algorithm>
#include <cstdlib>

namespace capstan::http {

namespace ip = asio::ip;

namespace {

Proxy unusable(std::string why) {
    Proxy proxy;
    proxy.fault = std::move(why);
    return proxy;
}

Proxy parse_proxy(std::string_view text) {
    const auto scheme_end = text.find("://");
    const bool named = scheme_end != std::string_view::npos;
    const auto scheme = lower(text.substr(0, named ? scheme_end : 0));
    if (named && scheme != "http")
        return unusable("only http:// proxies are supported, not " + scheme + "://");
    try {
        const Url url = split_url((named ? "" : "http://") + std::string(text));
        Proxy proxy;
        proxy.host = url.host;
        proxy.port = url.port;
        if (!url.user_info.empty())
            proxy.authorization = "Basic " + base64(percent_decoded(url.user_info));
        return proxy;
    } catch (const HttpError& error) {
        return unusable(error.what());
    }
}

std::optional<Proxy> parse_if_set(const std::string& text) {
    const auto trimmed = trim(text);
    if (trimmed.empty()) return std::nullopt;
    return parse_proxy(trimmed);
}

std::string either(const EnvironmentLookup& environment, const char* small, const char* big) {
    auto value = environment(small);
    return value.empty() ? environment(big) : value;
}

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> entries;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(", \t"), text.size());
        if (end > 0) entries.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return entries;
}

bool same_address(const std::string& a, const std::string& b) {
    boost::system::error_code first, second;
    const auto left = ip::make_address(a, first);
    const auto right = ip::make_address(b, second);
    return !first && !second && left == right;
}

bool in_network(const std::string& network, const std::string& host) {
    boost::system::error_code first, second;
    const auto net = ip::make_network_v4(network, first);
    const auto address = ip::make_address_v4(host, second);
    if (first || second) return false;
    const auto mask = net.netmask().to_uint();
    return (address.to_uint() & mask) == (net.address().to_uint() & mask);
}

bool below(std::string_view host, std::string_view domain) {
    return host.size() > domain.size() && host.ends_with(domain) &&
           host[host.size() - domain.size() - 1] == '.';
}

/// Cuts a trailing ":port" and brackets; an empty text if the port is another one.
std::string without_port(std::string entry, std::uint16_t port) {
    const auto colon = entry.rfind(':');
    const bool v6 = entry.find(':') != colon && entry.front() != '[';
    if (!v6 && colon != std::string::npos && entry.find(']', colon) == std::string::npos) {
        if (entry.substr(colon + 1) != std::to_string(port)) return {};
        entry.resize(colon);
    }
    if (entry.size() > 2 && entry.front() == '[' && entry.back() == ']')
        entry = entry.substr(1, entry.size() - 2);
    return entry;
}

}  // namespace

std::string Proxy::host_and_port() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool matches_no_proxy(std::string_view text, const Url& url) {
    std::string entry = lower(trim(text));
    if (entry == "*") return true;
    if (entry.empty()) return false;
    entry = without_port(std::move(entry), url.port);
    if (entry.find('/') != std::string::npos) return in_network(entry, url.host);
    if (entry.starts_with("*.")) entry.erase(0, 1);
    if (entry.starts_with(".")) entry.erase(0, 1);
    if (entry.empty()) return false;
    return url.host == entry || below(url.host, entry) || same_address(url.host, entry);
}

ProxyRules ProxyRules::fixed(std::string_view proxy) {
    ProxyRules rules;
    rules.http_ = rules.https_ = parse_proxy(trim(proxy));
    return rules;
}

ProxyRules ProxyRules::from_environment(const EnvironmentLookup& environment) {
    ProxyRules rules;
    const auto all = parse_if_set(either(environment, "all_proxy", "ALL_PROXY"));
    // Under CGI, HTTP_PROXY is the Proxy field of a stranger's request.
    const bool cgi = !environment("REQUEST_METHOD").empty();
    rules.http_ = parse_if_set(cgi ? environment("http_proxy")
                                   : either(environment, "http_proxy", "HTTP_PROXY"));
    rules.https_ = parse_if_set(either(environment, "https_proxy", "HTTPS_PROXY"));
    if (!rules.http_) rules.http_ = all;
    if (!rules.https_) rules.https_ = all;
    rules.exemptions_ = split_list(either(environment, "no_proxy", "NO_PROXY"));
    return rules;
}

bool ProxyRules::exempt(const Url& url) const {
    return std::any_of(exemptions_.begin(), exemptions_.end(),
                       [&](const std::string& entry) { return matches_no_proxy(entry, url); });
}

std::optional<Proxy> ProxyRules::select(const Url& url) const {
    const auto& proxy = url.secure ? https_ : http_;
    if (!proxy || exempt(url)) return std::nullopt;
    return proxy;
}

std::string environment_variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

}  // namespace capstan::http
