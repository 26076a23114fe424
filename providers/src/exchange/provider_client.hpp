#pragma once

#include <capstan/clock.hpp>
#include <capstan/http_client.hpp>
#include <capstan/providers/dialect.hpp>
#include <capstan/providers/provider_options.hpp>
#include <capstan/retry.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace capstan::exchange {

/// What all calls of one handler share. Immutable after its making, but for the HTTP client, which
/// is thread-safe.
class ProviderClient {
public:
    /// Fills in the environment's settings. Throws ApiError of kind configuration.
    ProviderClient(const ProviderOptions& options, std::shared_ptr<const Dialect> dialect);

    const Dialect& dialect() const noexcept { return *dialect_; }
    const std::string& base_url() const noexcept { return base_url_; }
    const std::string& api_key() const noexcept { return api_key_; }
    const RetryPolicy& retry() const noexcept { return retry_; }
    const RetryCallback& on_retry_attempt() const noexcept { return on_retry_attempt_; }
    HttpClient& http() noexcept { return http_; }
    Clock& clock() const noexcept { return *clock_; }

    /// A request to `path` below the base URL, with the user's own headers and the key.
    HttpRequest request(std::string method, std::string_view path) const;

private:
    std::shared_ptr<const Dialect> dialect_;
    std::string api_key_;
    std::string base_url_;
    HttpHeaders own_headers_;
    HttpTimeouts timeouts_;
    RetryPolicy retry_;
    RetryCallback on_retry_attempt_;
    HttpClient http_;
    std::shared_ptr<Clock> clock_;
};

}  // namespace capstan::exchange
