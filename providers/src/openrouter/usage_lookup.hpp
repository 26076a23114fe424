#pragma once

#include "openrouter/openrouter_core.hpp"

#include <capstan/usage.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>

namespace capstan::openrouter {

/// Asks the generation endpoint for the usage of an answer: after 500 ms, four times at most, 250,
/// 500 and 1000 ms apart, 15 s each. Nothing if it cannot be had; throws only when cancelled.
asio::awaitable<std::optional<Usage>> look_up_usage(std::shared_ptr<Core> core,
                                                    std::string generation_id);

}  // namespace capstan::openrouter
