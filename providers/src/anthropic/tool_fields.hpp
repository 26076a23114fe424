#pragma once

#include <capstan/message_request.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::anthropic {

/// The `tools` array; empty: there are none. `drops`: per tool, 1 when its cache mark is left out.
/// `strict` is sent where it is true and the model knows it (Claude 4.1 and later).
std::string write_tools(const ToolDefinitions& tools, const std::vector<std::size_t>& drops,
                        std::string_view model);

/// Tools for the calls that the history has: a request with such calls must define some.
std::string tools_of_history(std::span<const Message* const> messages);

/// The `tool_choice` object; empty: not sent. Choices of the chat format are translated, those of
/// the Messages API stay.
json::object tool_choice(const ToolChoice& choice, std::optional<bool> parallel);

/// The same choice for a model that cannot be forced: it may call, or not.
json::object unforced(const json::object& choice);

/// True for a choice that leaves the model no way around a call.
bool forces_tool(const json::object& choice) noexcept;

bool has_strict_tool(const ToolDefinitions& tools) noexcept;

}  // namespace capstan::anthropic
