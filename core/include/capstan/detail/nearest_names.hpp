#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::detail {

/// The names in order of their likeness to `name` (edit distance, letters' case ignored); equally
/// near ones keep their order.
std::vector<std::string> nearest_names(std::string_view name, std::vector<std::string> names);

/// The nearest of the names if it is so near that it may have been meant.
std::optional<std::string> likely_name(std::string_view name, std::vector<std::string> names);

}  // namespace capstan::detail
