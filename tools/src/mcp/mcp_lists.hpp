#pragma once

#include <capstan/tools/mcp.hpp>

#include <map>
#include <string>
#include <vector>

namespace capstan::mcp {

/// Entries of the lists that servers send. What has no name (or no uri) is left out.
std::vector<FunctionTool> read_tools(const json::array& items);
/// By the tool's name; only of tools that have one.
std::map<std::string, json::object> read_output_schemas(const json::array& items);
/// `key` is "uri" or "uriTemplate".
std::vector<McpResource> read_resources(const json::array& items, std::string_view key);
std::vector<McpPrompt> read_prompts(const json::array& items);

}  // namespace capstan::mcp
