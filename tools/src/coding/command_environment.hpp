#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace capstan::coding {

/// True for names that look like secrets: *_KEY, *_TOKEN, *SECRET*, *PASSWORD*, *CREDENTIALS*.
bool looks_secret(std::string_view name);

/// The NAME=value texts of `environment` that a command may see: none that looks like a secret or
/// is `hidden`, and none that repeats the (long) value of such a one.
std::vector<std::string> visible_environment(const char* const* environment,
                                             const std::vector<std::string>& hidden);

}  // namespace capstan::coding
