#pragma once

#include <capstan/content.hpp>
#include <capstan/tool.hpp>

#include <vector>

namespace capstan::mcp {

/// The contents of a resource: {uri, mimeType, text or blob}.
ContentPart resource_part(const json::object& resource);

/// One text if all parts are texts; never empty.
ToolResult joined_result(std::vector<ContentPart> parts);

}  // namespace capstan::mcp
