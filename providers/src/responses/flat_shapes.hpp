#pragma once

#include <capstan/json.hpp>
#include <capstan/tool_definition.hpp>

#include <string>

namespace capstan::responses {

/// What chat completions nest, the Responses API has flat: {"type":"function","function":{"name":
/// "f"}} is {"type":"function","name":"f"} there. The same holds for custom tools, allowed tools
/// and json_schema formats, at any depth of lists. What is flat already stays as it is.
json::value flattened(const json::value& nested);

/// Appends the array of tools. A function that does not say so is not strict: the server's default
/// differs from that of chat completions.
void append_tools(std::string& out, const ToolDefinitions& tools);

}  // namespace capstan::responses
