#include "net/http_settings.hpp"

#include <boost/asio/query.hpp>
#include <boost/asio/execution/context.hpp>

#include <algorithm>
#include <atomic>

namespace capstan::http {

namespace {

ProxyRules proxy_rules(const HttpClientOptions& options) {
    if (!options.proxy.empty()) return ProxyRules::fixed(options.proxy);
    if (options.proxy_from_environment) return ProxyRules::from_environment(environment_variable);
    return ProxyRules();
}

std::string next_key_prefix() {
    static std::atomic<unsigned long long> last{0};
    return std::to_string(++last) + " ";
}

}  // namespace

Settings::Settings(HttpClientOptions options)
    : options_(std::move(options)),
      proxies_(proxy_rules(options_)),
      key_prefix_(next_key_prefix()) {
    if (!options_.ca_file.empty()) tls();  // a file that is no good is reported at once
}

Settings::~Settings() {
    for (const auto& each : pools_)
        if (const auto pool = each.lock()) pool->drop(key_prefix_);
}

asio::ssl::context& Settings::tls() {
    std::call_once(tls_made_, [this] { tls_ = make_tls_context(options_.ca_file); });
    return *tls_;
}

std::shared_ptr<Pool> Settings::pool(const asio::any_io_executor& executor) {
    auto pool = pool_of(asio::query(executor, asio::execution::context));
    const std::lock_guard lock(mutex_);
    const bool known = std::any_of(pools_.begin(), pools_.end(),
                                   [&](const auto& each) { return each.lock() == pool; });
    if (known) return pool;
    std::erase_if(pools_, [](const auto& each) { return each.expired(); });
    pools_.push_back(pool);
    return pool;
}

Route make_route(const Settings& settings, std::string_view url) {
    Route route;
    route.url = split_url(url);
    if (!route.url.user_info.empty())
        throw HttpError(HttpErrorKind::invalid_url,
                        "the URL is not usable: a user name in it is not supported");
    route.proxy = settings.proxies().select(route.url);
    if (route.proxy && !route.proxy->fault.empty())
        throw HttpError(HttpErrorKind::proxy, "the proxy setting: " + route.proxy->fault);
    // Forwarded requests of all hosts share the connection to their proxy.
    route.key = settings.key_prefix() + (route.url.secure ? "https " : "http ");
    if (!route.forwarded()) route.key += route.url.host_and_port();
    if (route.proxy) route.key += " via " + route.proxy->host_and_port();
    return route;
}

}  // namespace capstan::http
