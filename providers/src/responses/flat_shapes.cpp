#include "responses/flat_shapes.hpp"

#include <utility>

namespace capstan::responses {
namespace {

json::object flat_object(const json::object& nested) {
    const auto type = find_string(nested, "type");
    const json::object* inner = type ? find_object(nested, *type) : nullptr;
    json::object flat;
    for (const auto& member : nested) {
        if (!inner || member.key() != json::string_view(*type)) {
            flat[member.key()] = member.value().is_array() ? flattened(member.value())
                                                           : member.value();
            continue;
        }
        for (const auto& own : *inner)
            flat[own.key()] = own.value().is_array() ? flattened(own.value()) : own.value();
    }
    return flat;
}

void append_function(std::string& out, const FunctionTool& tool) {
    json::object flat;
    flat["type"] = "function";
    flat["name"] = tool.name;
    if (!tool.description.empty()) flat["description"] = tool.description;
    if (tool.parameters.empty()) {
        flat["parameters"] = json::object{{"type", "object"}, {"properties", json::object()}};
    } else {
        flat["parameters"] = tool.parameters;
    }
    flat["strict"] = tool.strict.value_or(false);
    for (const auto& member : tool.extra) flat[member.key()] = member.value();
    append_json_text(out, flat);
}

}  // namespace

json::value flattened(const json::value& nested) {
    if (const auto* object = nested.if_object()) return flat_object(*object);
    const auto* list = nested.if_array();
    if (!list) return nested;
    json::array flat;
    for (const json::value& one : *list) flat.push_back(flattened(one));
    return flat;
}

void append_tools(std::string& out, const ToolDefinitions& tools) {
    out += '[';
    for (std::size_t i = 0; i < tools.size(); ++i) {
        if (i > 0) out += ',';
        if (const auto* function = std::get_if<FunctionTool>(&tools[i]))
            append_function(out, *function);
        else
            append_json_text(out, flattened(std::get<RawTool>(tools[i]).value));
    }
    out += ']';
}

}  // namespace capstan::responses
