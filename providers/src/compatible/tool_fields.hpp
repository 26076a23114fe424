#pragma once

#include "chat/body_writer.hpp"

#include <capstan/message_request.hpp>
#include <capstan/providers/openai_quirks.hpp>
#include <capstan/providers/provider_options.hpp>

#include <cstddef>

namespace capstan::compatible {

/// Writes `tools`, `tool_choice` and `parallel_tool_calls`. Gives the size of the tools' text.
std::size_t write_tools(BodyWriter& body, const ProviderOptions& options,
                        const MessageRequest& request, const OpenAiQuirks& quirks);

}  // namespace capstan::compatible
