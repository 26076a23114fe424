#pragma once

#include <capstan/tools/registry.hpp>

#include <memory>

namespace capstan {

/// A tool by its definition and a function. Arguments are checked against the definition's schema.
std::shared_ptr<Tool> make_handler_tool(FunctionTool definition, ToolRegistry::Handler handler,
                                        ToolOptions options);

}  // namespace capstan
