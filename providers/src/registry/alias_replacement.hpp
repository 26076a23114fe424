#pragma once

#include <string>
#include <string_view>

namespace capstan::registry {

/// Throws a TextFault if the text cannot be what an expression with so many groups is replaced by:
/// a broken escape, a group that is not there, or no model URI as far as that can be told.
void check_replacement(std::string_view replacement, int groups);

/// Adds the parameters of `query` (empty, or '?' and parameters) to those of `uri`, over which they
/// win.
std::string with_parameters(std::string uri, std::string_view query);

}  // namespace capstan::registry
