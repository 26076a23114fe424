#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace capstan::detail {

/// Writes the text to a new file, readable by its owner only; the directory is made when it is not
/// there. Gives its path, or an empty text if that did not succeed. `name` may be any text.
std::string spill(const std::filesystem::path& directory, std::string_view name,
                  std::string_view text);

}  // namespace capstan::detail
