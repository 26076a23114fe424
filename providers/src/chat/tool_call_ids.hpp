#pragma once

#include <capstan/message_writer.hpp>

#include <span>
#include <string_view>

namespace capstan {

/// Ids that `model`'s vendor refuses, and what is sent in their place (user problem 29): Mistral
/// wants 9 letters or digits, OpenAI at most 40 characters, Anthropic only [A-Za-z0-9_-]. The same
/// id always gets the same text, no two ids get one, and ids that are fine stay as they are.
ToolCallIds map_tool_call_ids(std::span<const Message* const> messages, std::string_view model);

}  // namespace capstan
