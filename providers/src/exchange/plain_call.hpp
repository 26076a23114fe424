#pragma once

#include "exchange/provider_client.hpp"

#include <capstan/json.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace capstan::exchange {

namespace asio = boost::asio;

/// Makes the call, with the handler's retry policy if `retries`. Gives the body of the answer.
/// Throws ApiError.
asio::awaitable<std::string> perform(std::shared_ptr<ProviderClient> client, ApiCall call);

/// As perform(), and reads the answer's object. Throws ApiError of kind malformed if it is none.
asio::awaitable<json::object> perform_json(std::shared_ptr<ProviderClient> client, ApiCall call);

}  // namespace capstan::exchange
