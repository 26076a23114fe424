#include "oauth/oauth_url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace capstan::oauth {

namespace {

namespace urls = boost::urls;

std::optional<urls::url> parse(std::string_view text) {
    const auto parsed = urls::parse_uri(urls::string_view(text.data(), text.size()));
    if (!parsed) return std::nullopt;
    urls::url url(*parsed);
    const auto scheme = url.scheme_id();
    if (scheme != urls::scheme::http && scheme != urls::scheme::https) return std::nullopt;
    if (url.encoded_host().empty()) return std::nullopt;
    // Boost.URL 1.81 ends the host of "http://127.0.0.1.example.com/" behind the address.
    const std::string path(url.encoded_path());
    if (!path.empty() && path[0] != '/') return std::nullopt;
    return url;
}

std::string text_of(const urls::url& url) { return std::string(url.buffer()); }

bool is_loopback(const urls::url& url) {
    if (url.host_type() == urls::host_type::ipv4) return url.host_ipv4_address().is_loopback();
    if (url.host_type() == urls::host_type::ipv6) return url.host_ipv6_address().is_loopback();
    const auto host = url.host();
    return host == "localhost" || host.ends_with(".localhost");
}

bool is_https(const urls::url& url) { return url.scheme_id() == urls::scheme::https; }

/// As canonical_url(), still taken apart.
std::optional<urls::url> canonical(std::string_view text) {
    auto url = parse(text);
    if (!url) return std::nullopt;
    url->remove_fragment();
    url->remove_userinfo();
    url->normalize();
    const auto usual = is_https(*url) ? 443 : 80;
    if (url->has_port() && (url->port().empty() || url->port_number() == usual)) {
        url->remove_port();
    }
    if (url->encoded_path() == "/") url->set_encoded_path("");
    return url;
}

/// Without a slash at its end.
std::string path_of(const urls::url& url) {
    std::string path(url.encoded_path());
    while (path.ends_with('/')) path.pop_back();
    return path;
}

std::string origin(const urls::url& url) { return std::string(url.encoded_origin()); }

}  // namespace

std::string form_value(const Form& form, std::string_view name) {
    const auto found = std::find_if(form.begin(), form.end(),
                                    [&](const auto& field) { return field.first == name; });
    return found == form.end() ? std::string() : found->second;
}

std::optional<std::string> canonical_url(std::string_view text) {
    const auto url = canonical(text);
    return url ? std::optional(text_of(*url)) : std::nullopt;
}

std::string origin_of(std::string_view text) {
    const auto url = canonical(text);
    return url ? origin(*url) : std::string();
}

std::vector<std::string> resource_metadata_urls(std::string_view server_url) {
    const auto url = canonical(server_url);
    if (!url) return {};
    const auto root = origin(*url) + "/.well-known/oauth-protected-resource";
    const auto path = path_of(*url);
    if (path.empty()) return {root};
    return {root + path, root};
}

std::vector<std::string> server_metadata_urls(std::string_view issuer) {
    const auto url = canonical(issuer);
    if (!url) return {};
    const auto root = origin(*url), path = path_of(*url);
    std::vector<std::string> result = {root + "/.well-known/oauth-authorization-server" + path,
                                       root + "/.well-known/openid-configuration" + path};
    if (!path.empty()) result.push_back(root + path + "/.well-known/openid-configuration");
    return result;
}

bool is_safe_url(std::string_view text, std::string_view server_url) {
    const auto url = canonical(text);
    if (!url) return false;
    if (is_https(*url)) return true;
    const auto server = canonical(server_url);
    return server && is_loopback(*url) && is_loopback(*server);
}

bool covers_server(std::string_view resource, std::string_view server_url) {
    const auto wide = canonical(resource), narrow = canonical(server_url);
    if (!wide || !narrow || origin(*wide) != origin(*narrow)) return false;
    return (path_of(*narrow) + "/").starts_with(path_of(*wide) + "/");
}

bool is_client_metadata_url(std::string_view text) {
    const auto url = parse(text);
    return url && is_https(*url) && !url->has_fragment() && !url->has_userinfo() &&
           !path_of(*url).empty();
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view marks = "-._~";
    std::string result;
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool digit = c >= '0' && c <= '9';
        if (letter || digit || marks.find(c) != std::string_view::npos) {
            result += c;
        } else {
            result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return result;
}

std::string form_text(const Form& form) {
    std::string result;
    for (const auto& [name, value] : form) {
        if (!result.empty()) result += '&';
        result += percent_encoded(name) + '=' + percent_encoded(value);
    }
    return result;
}

std::string with_query(std::string_view url, const Form& form) {
    const auto fragment = url.find('#');
    std::string result(url.substr(0, fragment));
    const auto query = result.find('?');
    if (query == std::string::npos) {
        result += '?';
    } else if (query + 1 != result.size() && !result.ends_with('&')) {
        result += '&';
    }
    return result + form_text(form);
}

std::optional<Form> query_of(std::string_view text) {
    const auto url = parse(text);
    if (!url) return std::nullopt;
    Form form;
    const urls::url_view view(*url);
    for (const auto& parameter : view.params()) {
        form.emplace_back(parameter.key, parameter.value);
    }
    return form;
}

}  // namespace capstan::oauth
