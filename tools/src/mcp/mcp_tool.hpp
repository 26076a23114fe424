#pragma once

#include <capstan/tools/mcp.hpp>

#include <memory>
#include <string>
#include <vector>

namespace capstan::mcp {

/// A tool of a server, as it defines it, under the name that the model is told.
std::shared_ptr<Tool> make_tool(std::weak_ptr<McpClient> client, const McpServerConfig& config,
                                std::string name, FunctionTool definition);

std::shared_ptr<Tool> make_list_resources_tool(std::weak_ptr<McpClient> client,
                                               const McpServerConfig& config, std::string name);
std::shared_ptr<Tool> make_read_resource_tool(std::weak_ptr<McpClient> client,
                                              const McpServerConfig& config, std::string name);

}  // namespace capstan::mcp
