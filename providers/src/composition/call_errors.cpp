#include "composition/call_errors.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace capstan::composition {

ApiError cancelled_error(ErrorPhase phase) {
    ErrorInfo info;
    info.kind = ErrorKind::cancelled;
    info.phase = phase;
    info.summary = "The call was cancelled";
    return ApiError(std::move(info));
}

std::optional<ApiError> as_api_error(const std::exception_ptr& failure, ErrorPhase phase) {
    try {
        std::rethrow_exception(failure);
    } catch (const ApiError& error) {
        return error;
    } catch (const boost::system::system_error& error) {
        if (error.code() == boost::asio::error::operation_aborted) return cancelled_error(phase);
    } catch (...) {
        // Not ours to explain.
    }
    return std::nullopt;
}

void rethrow(const std::exception_ptr& failure, ErrorPhase phase) {
    if (const auto error = as_api_error(failure, phase)) throw ApiError(*error);
    std::rethrow_exception(failure);
}

}  // namespace capstan::composition
