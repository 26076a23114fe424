#pragma once

#include "openrouter/openrouter_core.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace capstan::openrouter {

/// A request whose whole answer is one JSON document.
struct ApiCall {
    ApiCall() = default;

    std::string method = "GET";
    std::string path;  ///< below the base URL, query included
    std::string body;
    std::chrono::milliseconds timeout{60'000};  ///< of each try
    bool retries = true;
};
static_assert(!std::is_aggregate_v<ApiCall>);

/// Makes the call, with the handler's retry policy if `retries`. Gives the body of the answer.
/// Throws ApiError.
asio::awaitable<std::string> perform(std::shared_ptr<Core> core, ApiCall call);

/// As perform(), and reads the answer's object. Throws ApiError of kind malformed if it is none.
asio::awaitable<json::object> perform_json(std::shared_ptr<Core> core, ApiCall call);

/// For a query: everything but unreserved characters as %XX.
std::string percent_encode(std::string_view text);

}  // namespace capstan::openrouter
