#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace capstan::coding {

/// True if `command` as a whole fits `pattern`, in which '*' stands for any text without
/// ; & | < > $ ` ( ) and control characters. Everything else stands for itself.
bool fits_command_pattern(std::string_view command, std::string_view pattern);
bool fits_any_pattern(std::string_view command, const std::vector<std::string>& patterns);

/// The first word of a simple command (one program with its arguments, nothing that a shell would
/// act on), else the whole command.
std::string command_key(std::string_view command);

}  // namespace capstan::coding
