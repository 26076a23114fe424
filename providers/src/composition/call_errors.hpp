#pragma once

#include <capstan/error.hpp>

#include <exception>
#include <optional>

namespace capstan::composition {

/// Of kind cancelled, as the handlers throw it.
ApiError cancelled_error(ErrorPhase phase);

/// The exception as ApiError: Asio's cancellation becomes one of kind cancelled. Nothing for what
/// is no error of a provider, e.g. std::bad_alloc.
std::optional<ApiError> as_api_error(const std::exception_ptr& failure, ErrorPhase phase);

/// Throws what as_api_error() gives, or else the exception itself.
[[noreturn]] void rethrow(const std::exception_ptr& failure, ErrorPhase phase);

}  // namespace capstan::composition
