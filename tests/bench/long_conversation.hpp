#pragma once

#include <capstan/conversation.hpp>

#include <cstddef>
#include <string>

namespace bench {

/// The model that made the turns below, as asked for: with reasoning to be kept, cache marks to be
/// placed and ids to be looked at, its requests are the dearest to build.
inline constexpr const char* long_conversation_model = "anthropic/claude-sonnet-4.5";

/// Text of at least that size, with what has to be escaped now and then.
std::string prose(std::size_t size);

/// A message that thinks 1 KB and calls a tool, as call "toolu_<number>", with so many bytes of
/// arguments.
capstan::AssistantMessage tool_turn(int number, std::size_t arguments);

/// A question, and turns of a thought, a call and a result until there are that many bytes.
capstan::Conversation long_conversation(std::size_t size);

}  // namespace bench
