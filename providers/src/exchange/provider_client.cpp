#include "exchange/provider_client.hpp"

#include "exchange/own_headers.hpp"

#include <capstan/error.hpp>

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

namespace capstan::exchange {
namespace {

std::string from_environment(const std::string& name) {
    const char* value = name.empty() ? nullptr : std::getenv(name.c_str());
    return value ? value : "";
}

std::string resolve_key(const ProviderOptions& options, const ProviderSite& site) {
    auto key = options.api_key.empty() ? from_environment(site.key_variable) : options.api_key;
    if (key.empty() && site.key_required) {
        throw ApiError(
            ErrorKind::configuration, fmt::format("There is no {} API key.", site.name),
            site.key_variable.empty()
                ? "Set api_key in the handler's options."
                : fmt::format("Set {}, or api_key in the handler's options.", site.key_variable));
    }
    // Header values cannot hold these; the key itself is not repeated here.
    if (key.find_first_of("\r\n\t ") != std::string::npos) {
        throw ApiError(ErrorKind::configuration,
                       fmt::format("The {} API key contains white space.", site.name),
                       "Copy the key again, without line ends or spaces.");
    }
    return key;
}

std::string resolve_base_url(const ProviderOptions& options, const ProviderSite& site) {
    auto url = options.base_url.empty() ? from_environment(site.url_variable) : options.base_url;
    if (url.empty()) url = site.base_url;
    while (url.ends_with('/')) url.pop_back();
    if (!url.starts_with("http://") && !url.starts_with("https://")) {
        throw ApiError(
            ErrorKind::configuration, "The base URL has no http:// or https:// scheme.",
            fmt::format("Use a URL such as {}.",
                        site.base_url.empty() ? "http://127.0.0.1:8080/v1" : site.base_url));
    }
    return url;
}

HttpClient make_http(const ProviderOptions& options) {
    try {
        return HttpClient(options.http);
    } catch (const HttpError& error) {
        throw ApiError(ErrorKind::configuration, error.what(),
                       "Check the CA file and the proxy settings.");
    }
}

}  // namespace

ProviderClient::ProviderClient(const ProviderOptions& options,
                               std::shared_ptr<const Dialect> dialect)
    : dialect_(std::move(dialect)),
      api_key_(resolve_key(options, dialect_->site())),
      base_url_(resolve_base_url(options, dialect_->site())),
      own_headers_(own_headers(options.headers)),
      timeouts_(options.timeouts),
      retry_(options.retry),
      on_retry_attempt_(options.on_retry_attempt),
      http_(make_http(options)),
      clock_(options.clock ? options.clock : system_clock()) {}

HttpRequest ProviderClient::request(std::string method, std::string_view path) const {
    HttpRequest request;
    request.method = std::move(method);
    request.url = base_url_;
    request.url += path;
    request.headers = own_headers_;
    if (!api_key_.empty()) dialect_->authorize(request.headers, api_key_);
    request.timeouts = timeouts_;
    return request;
}

}  // namespace capstan::exchange
