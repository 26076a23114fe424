#pragma once

#include <set>
#include <string>
#include <string_view>

namespace capstan::mcp {

/// "server__tool" as models take it: at most 64 characters of [A-Za-z0-9_-]. When characters had to
/// be replaced, or some cut off, it ends in a hash of the whole, so that names stay different.
std::string tool_name(std::string_view server, std::string_view tool);

/// tool_name(), or, if `taken` has that already, the name with a hash; adds it to `taken`. An empty
/// text: that one is taken, too.
std::string unique_tool_name(std::string_view server, std::string_view tool,
                             std::set<std::string>& taken);

}  // namespace capstan::mcp
