#pragma once

#include <capstan/retry.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <type_traits>

namespace capstan {

/// What belongs to one call and not to the handler. Never process-global, never thread-local.
struct CallContext {
    CallContext() = default;

    RetryCallback on_retry_attempt;  ///< beside the handler's own; this one is called first
    std::optional<std::chrono::steady_clock::time_point> deadline;  ///< of the whole call
    std::string session_id;    ///< at most 256 characters; sticky routing and grouping
    std::string user_id;
    std::string trace_parent;  ///< W3C traceparent of the caller's span

    // For handlers around handlers; never sent.
    std::string role;       ///< what the call is for, e.g. "planning"; see RoutedHandler
    bool no_cache = false;  ///< neither answered from a CachingHandler's memory nor kept there
};
static_assert(!std::is_aggregate_v<CallContext>);

}  // namespace capstan
