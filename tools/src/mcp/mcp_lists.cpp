#include "mcp/mcp_lists.hpp"

#include <utility>

namespace capstan::mcp {

namespace {

std::string text(const json::object& object, std::string_view key) {
    return to_valid_utf8(find_string(object, key).value_or(""));
}

std::string description(const json::object& object) {
    auto result = text(object, "description");
    return result.empty() ? text(object, "title") : result;
}

/// As the providers want schemas: an object with properties, without the name of its dialect.
json::object parameters(const json::object& tool) {
    json::object schema;
    if (const auto* given = find_object(tool, "inputSchema")) schema = *given;
    schema.stable_erase("$schema");
    if (!find(schema, "type")) schema["type"] = "object";
    if (!find_object(schema, "properties")) schema["properties"].emplace_object();
    return schema;
}

}  // namespace

std::vector<FunctionTool> read_tools(const json::array& items) {
    std::vector<FunctionTool> result;
    for (const auto& item : items) {
        const auto* object = item.if_object();
        if (!object) continue;
        FunctionTool tool;
        tool.name = text(*object, "name");
        if (tool.name.empty()) continue;
        tool.description = description(*object);
        tool.parameters = parameters(*object);
        result.push_back(std::move(tool));
    }
    return result;
}

std::map<std::string, json::object> read_output_schemas(const json::array& items) {
    std::map<std::string, json::object> result;
    for (const auto& item : items) {
        const auto* object = item.if_object();
        const auto* schema = object ? find_object(*object, "outputSchema") : nullptr;
        if (schema) result[text(*object, "name")] = *schema;
    }
    return result;
}

std::vector<McpResource> read_resources(const json::array& items, std::string_view key) {
    std::vector<McpResource> result;
    for (const auto& item : items) {
        const auto* object = item.if_object();
        if (!object) continue;
        McpResource resource;
        resource.uri = text(*object, key);
        if (resource.uri.empty()) continue;
        resource.name = text(*object, "name");
        resource.description = description(*object);
        resource.mime_type = text(*object, "mimeType");
        resource.raw = *object;
        result.push_back(std::move(resource));
    }
    return result;
}

std::vector<McpPrompt> read_prompts(const json::array& items) {
    std::vector<McpPrompt> result;
    for (const auto& item : items) {
        const auto* object = item.if_object();
        if (!object) continue;
        McpPrompt prompt;
        prompt.name = text(*object, "name");
        if (prompt.name.empty()) continue;
        prompt.description = description(*object);
        if (const auto* arguments = find_array(*object, "arguments")) {
            prompt.arguments = *arguments;
        }
        prompt.raw = *object;
        result.push_back(std::move(prompt));
    }
    return result;
}

}  // namespace capstan::mcp
