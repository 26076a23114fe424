#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace capstan::mcp {

/// Gives the value of an environment variable, or nothing.
using VariableLookup = std::function<std::optional<std::string>(const std::string& name)>;

/// Replaces ${NAME} and ${NAME:-default}; what is no such form stays as it is. Values are not
/// looked through again. Throws McpError when a variable is not set and has no default.
std::string expand_variables(std::string_view text, const VariableLookup& lookup);

}  // namespace capstan::mcp
