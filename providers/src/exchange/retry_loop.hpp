#pragma once

#include "errors/error_mapping.hpp"
#include "exchange/provider_client.hpp"

#include <capstan/clock.hpp>
#include <capstan/retry.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string_view>
#include <vector>

namespace capstan::exchange {

/// The retry state of one call.
class RetryLoop {
public:
    RetryLoop(RetryPolicy policy, Clock& clock, std::vector<RetryCallback> callbacks);

    /// After a failed try: how long to wait before the next one, told to the callbacks; or nothing
    /// if there is none. `left`: what the call's deadline leaves; a wait that takes all of it is
    /// too long.
    std::optional<std::chrono::milliseconds> after(
        const ApiError& error, std::optional<std::chrono::milliseconds> left = std::nullopt);

    /// What to throw when after() gave nothing: the error, or that the wait would be too long.
    ApiError final_error(const ApiError& error) const;

    /// Tells the callbacks of a try that follows at once and does not count.
    void announce_free_retry(const ApiError& error);

private:
    void tell(int attempt, int max_retries, std::chrono::milliseconds delay, const ApiError& error);

    RetryPolicy policy_;
    Clock& clock_;
    std::vector<RetryCallback> callbacks_;
    RetryDecision last_;
    int attempt_ = 0;
    std::chrono::milliseconds waited_{0};
};

/// What the client tells of an error's surroundings. `client` must outlive it.
ErrorContext client_context(const ProviderClient& client, ErrorPhase phase);

/// The error that an answer with a failure status reports.
ApiError status_error(const ProviderClient& client, const HttpResponse& response,
                      std::string_view body);

/// Any exception of an exchange as ApiError: HttpError, Asio's cancellation, ApiError itself.
ApiError as_api_error(const std::exception_ptr& failure, const ErrorContext& context);

}  // namespace capstan::exchange
