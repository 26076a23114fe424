#include "exchange/retry_loop.hpp"

#include "errors/error_mapping.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace capstan::exchange {

RetryLoop::RetryLoop(RetryPolicy policy, Clock& clock, std::vector<RetryCallback> callbacks)
    : policy_(policy), clock_(clock), callbacks_(std::move(callbacks)) {}

std::optional<std::chrono::milliseconds> RetryLoop::after(
    const ApiError& error, std::optional<std::chrono::milliseconds> left) {
    last_ = decide_retry(policy_, error, ++attempt_, waited_, clock_.random());
    if (!last_.retry) return std::nullopt;
    last_.too_long = left && last_.delay >= *left;
    if (last_.too_long) return std::nullopt;
    waited_ += last_.delay;
    tell(attempt_, policy_.max_retries, last_.delay, error);
    return last_.delay;
}

ApiError RetryLoop::final_error(const ApiError& error) const {
    if (!last_.too_long) return error;
    return ApiError(refuse_to_wait(error.info(), last_, clock_.now()));
}

void RetryLoop::announce_free_retry(const ApiError& error) {
    tell(attempt_ + 1, std::max(policy_.max_retries, attempt_ + 1), std::chrono::milliseconds(0),
         error);
}

void RetryLoop::tell(int attempt, int max_retries, std::chrono::milliseconds delay,
                     const ApiError& error) {
    for (const auto& callback : callbacks_) {
        if (!callback) continue;
        try {
            callback(attempt, max_retries, delay, error);
        } catch (...) {
            // A callback informs; what goes wrong in it must not change the call.
        }
    }
}

ErrorContext client_context(const ProviderClient& client, ErrorPhase phase) {
    ErrorContext context;
    context.phase = phase;
    context.now = client.clock().now();
    context.site = &client.dialect().site();
    if (!client.api_key().empty()) context.secrets.push_back(client.api_key());
    return context;
}

ApiError status_error(const ProviderClient& client, const HttpResponse& response,
                      std::string_view body) {
    const auto& headers = response.headers();
    auto context = client_context(client, ErrorPhase::before_first_chunk);
    context.http_status = response.status();
    context.header = [&headers](std::string_view name) { return headers.get(name); };
    if (const auto error = client.dialect().read_error(response.status(), headers, body))
        return ApiError(from_error_object(*error, context));
    return ApiError(from_http(context, body, headers.get("content-type")));
}

ApiError as_api_error(const std::exception_ptr& failure, const ErrorContext& context) {
    try {
        std::rethrow_exception(failure);
    } catch (const ApiError& error) {
        return error;
    } catch (const HttpError& error) {
        return ApiError(from_http_error(error, context));
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) return ApiError(cancelled(context));
        return ApiError(from_http_error(HttpError(HttpErrorKind::network, error.what()), context));
    } catch (const std::length_error& error) {
        return ApiError(malformed(error.what(), context));
    }
}

}  // namespace capstan::exchange
