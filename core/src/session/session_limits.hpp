#pragma once

#include <capstan/agent_limits.hpp>
#include <capstan/json.hpp>

namespace capstan::detail {

/// For the log; null means no limit.
json::object limits_to_json(const AgentLimits& limits);
/// Throws std::invalid_argument for what limits_to_json() did not write.
AgentLimits limits_from_json(const json::value& value);

}  // namespace capstan::detail
