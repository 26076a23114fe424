#pragma once

#include <capstan/conversation.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace capstan {

/// No list is longer.
inline constexpr std::size_t greatest_activity_list = 4'000;

/// What was done in these messages, without a model: an earlier summary, what the user asked for,
/// the tools called with the files that their arguments name, and the last words of the model.
std::string activity_list(const Conversation& conversation,
                          const std::vector<std::size_t>& messages);

}  // namespace capstan
