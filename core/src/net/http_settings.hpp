#pragma once

#include "net/http_connection.hpp"
#include "net/http_pool.hpp"
#include "net/http_proxy.hpp"

#include <capstan/http_client.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace capstan::http {

/// What the exchanges of one client share. Immutable but for the list of pools and the TLS context,
/// which is made late; thread-safe.
class Settings {
public:
    explicit Settings(HttpClientOptions options);
    /// Closes the idle connections of this client, wherever they are.
    ~Settings();
    Settings(const Settings&) = delete;
    Settings& operator=(const Settings&) = delete;

    const HttpClientOptions& options() const noexcept { return options_; }
    const ProxyRules& proxies() const noexcept { return proxies_; }
    /// The system's certificates are read at the first use: who never speaks TLS does not pay.
    asio::ssl::context& tls();
    /// Begins every pool key of this client.
    const std::string& key_prefix() const noexcept { return key_prefix_; }

    std::shared_ptr<Pool> pool(const asio::any_io_executor& executor);

private:
    HttpClientOptions options_;
    ProxyRules proxies_;
    std::shared_ptr<asio::ssl::context> tls_;
    std::once_flag tls_made_;
    std::string key_prefix_;
    std::mutex mutex_;
    std::vector<std::weak_ptr<Pool>> pools_;
};

/// Where one request goes.
struct Route {
    Route() = default;

    Url url;
    std::optional<Proxy> proxy;
    std::string key;  ///< of the pool

    bool forwarded() const noexcept { return proxy && !url.secure; }  ///< proxy gets the whole URL
    bool tunnelled() const noexcept { return proxy && url.secure; }   ///< through CONNECT
};
static_assert(!std::is_aggregate_v<Route>);

/// Throws HttpError: invalid_url, or proxy for a setting that cannot be used.
Route make_route(const Settings& settings, std::string_view url);

}  // namespace capstan::http
