#include <capstan/tool_definition.hpp>

#include "base/json_place.hpp"
#include "base/object_writer.hpp"
#include "model/content_json.hpp"

#include <capstan/message_writer.hpp>

namespace capstan {
namespace {

bool is_function_member(std::string_view name) noexcept {
    return name == "name" || name == "description" || name == "parameters" || name == "strict";
}

void append_function(std::string& out, const FunctionTool& tool) {
    ObjectWriter function(out);
    function.text("name", tool.name);
    if (!tool.description.empty()) function.text("description", tool.description);
    if (tool.parameters.empty())
        function.key("parameters") += R"({"type":"object","properties":{}})";
    else append_json_text(function.key("parameters"), tool.parameters);
    if (tool.strict) function.key("strict") += *tool.strict ? "true" : "false";
    if (const json::object* more = find_object(tool.extra, "function"))
        function.extra(*more, is_function_member);
    function.end();
}

void append_one(std::string& out, const FunctionTool& tool, bool drop_mark) {
    ObjectWriter object(out);
    object.text("type", "function");
    append_function(object.key("function"), tool);
    if (tool.cache_control && !drop_mark)
        append_cache_control(object.key("cache_control"), *tool.cache_control);
    object.extra(tool.extra, [&](std::string_view name) {
        return name == "type" || name == "function" ||
               (name == "cache_control" && (tool.cache_control || drop_mark));
    });
    object.end();
}

void append_one(std::string& out, const RawTool& tool, bool drop_mark) {
    ObjectWriter object(out);
    object.extra(tool.value,
                 [&](std::string_view name) { return drop_mark && name == "cache_control"; });
    object.end();
}

// A mark in the usual form; any other form stays among the unknown members.
std::optional<CacheControl> read_mark(const json::object& tool) {
    const json::object* mark = find_object(tool, "cache_control");
    if (!mark || find_string(*mark, "type") != "ephemeral") return std::nullopt;
    const auto ttl = find_string(*mark, "ttl");
    if (mark->size() != (ttl && !ttl->empty() ? 2u : 1u)) return std::nullopt;
    return CacheControl(std::string(ttl.value_or("")));
}

void read_function(FunctionTool& tool, const json::object& function, std::string_view place) {
    tool.name = read_text(function, "name", place, true);
    tool.description = read_text(function, "description", place, false);
    if (const json::value* parameters = find(function, "parameters"); parameters) {
        if (!parameters->is_null())
            tool.parameters = expect_object(*parameters, place_of(place, "parameters"));
    }
    tool.strict = find_bool(function, "strict");
    json::object more;
    for (const auto& member : function)
        if (!is_function_member(member.key())) more.emplace(member.key(), member.value());
    if (!more.empty()) tool.extra["function"] = std::move(more);
}

ToolDefinition read_tool(const json::value& value, std::string_view place) {
    const json::object& object = expect_object(value, place);
    const std::string type = read_text(object, "type", place, true);
    if (type != "function") return RawTool(object);
    FunctionTool tool;
    tool.cache_control = read_mark(object);
    for (const auto& member : object) {
        const std::string_view name(member.key());
        if (name == "type" || name == "function") continue;
        if (name == "cache_control" && tool.cache_control) continue;
        tool.extra.emplace(name, member.value());
    }
    const json::value* function = find(object, "function");
    const std::string here = place_of(place, "function");
    if (!function) fail_at(here, "an object", nullptr);
    read_function(tool, expect_object(*function, here), here);
    return tool;
}

}  // namespace

void append_tool(std::string& out, const ToolDefinition& tool, bool drop_mark) {
    std::visit([&](const auto& known) { append_one(out, known, drop_mark); }, tool);
}

json::object to_json(const ToolDefinition& tool) {
    std::string text;
    append_tool(text, tool);
    return parse_json(text).as_object();
}

ToolDefinitions tools_from_json(const json::value& value) {
    const json::array& array = expect_array(value, "tools");
    ToolDefinitions tools;
    tools.reserve(array.size());
    for (std::size_t i = 0; i < array.size(); ++i)
        tools.push_back(read_tool(array[i], place_at("tools", i)));
    return tools;
}

ToolChoice ToolChoice::function(std::string name) {
    ToolChoice choice;
    choice.value = json::object{{"type", "function"},
                                {"function", json::object{{"name", std::move(name)}}}};
    return choice;
}

}  // namespace capstan
