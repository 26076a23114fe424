#pragma once

#include <capstan/json.hpp>

namespace capstan::mcp {

/// Gives an accepted elicitation what its content leaves out and the requested schema has a default
/// for.
void apply_elicitation_defaults(const json::object& params, json::object& result);

}  // namespace capstan::mcp
