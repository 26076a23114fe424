#pragma once

#include "coding/confined_root.hpp"

#include <sys/types.h>

#include <optional>
#include <string_view>

namespace capstan::coding {

/// Puts `content` at `place` in one step: a temporary file beside it, flushed to the disk, takes
/// the name. Mode and owner of an old file stay; `mode` is that of a new one (nothing: the usual,
/// by the umask). On failure no temporary file is left. Throws WorkspaceError.
void put_file(const Place& place, std::string_view path, std::string_view content,
              std::optional<mode_t> mode = {});

/// Removes the file at `place`. Throws WorkspaceError.
void take_file(const Place& place, std::string_view path);

}  // namespace capstan::coding
