#pragma once

#include "net/http_url.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan::http {

/// Where a request goes instead of straight to its host.
struct Proxy {
    Proxy() = default;

    std::string host;
    std::uint16_t port = 0;
    std::string authorization;  ///< value of Proxy-Authorization, or empty
    std::string fault;          ///< not empty: the setting cannot be used, and why

    std::string host_and_port() const;
};
static_assert(!std::is_aggregate_v<Proxy>);

/// The value of an environment variable, or an empty text.
using EnvironmentLookup = std::function<std::string(const char*)>;

/// Decides which proxy a URL takes. Made once, when the client is made.
class ProxyRules {
public:
    ProxyRules() = default;

    /// One proxy for every URL; NO_PROXY is not looked at.
    static ProxyRules fixed(std::string_view proxy);
    /// HTTPS_PROXY, HTTP_PROXY (upper case not under CGI, where a client can set it), ALL_PROXY,
    /// NO_PROXY; the lower case spelling wins.
    static ProxyRules from_environment(const EnvironmentLookup& environment);

    std::optional<Proxy> select(const Url& url) const;

private:
    bool exempt(const Url& url) const;

    std::optional<Proxy> http_;
    std::optional<Proxy> https_;
    std::vector<std::string> exemptions_;
};

/// True if an entry of NO_PROXY names this host: "*", a name (also for what is below it, with or
/// without a leading dot), an address, an IPv4 network; each with an optional port.
bool matches_no_proxy(std::string_view entry, const Url& url);

std::string environment_variable(const char* name);

}  // namespace capstan::http
