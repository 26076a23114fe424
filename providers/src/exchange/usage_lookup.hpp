#pragma once

#include "exchange/provider_client.hpp"

#include <capstan/usage.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>

namespace capstan::exchange {

namespace asio = boost::asio;

/// Asks for the usage of an answer as the dialect's usage_call() says: after 500 ms, four times at
/// most, 250, 500 and 1000 ms apart, 15 s each. Nothing if it cannot be had; throws only when
/// cancelled.
asio::awaitable<std::optional<Usage>> look_up_usage(std::shared_ptr<ProviderClient> client,
                                                    std::string generation_id);

}  // namespace capstan::exchange
