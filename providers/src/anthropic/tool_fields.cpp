#include "anthropic/tool_fields.hpp"

#include "anthropic/claude_models.hpp"
#include "anthropic/content_blocks.hpp"

#include <algorithm>
#include <set>

namespace capstan::anthropic {
namespace {

constexpr std::string_view any_object = R"({"type":"object","properties":{}})";

void append_schema(std::string& out, const json::object& parameters) {
    if (parameters.empty()) {
        out += any_object;
    } else if (parameters.contains("type")) {
        append_json_text(out, parameters);
    } else {
        json::object schema;
        schema["type"] = "object";
        for (const auto& member : parameters) schema.emplace(member.key(), member.value());
        append_json_text(out, schema);
    }
}

void append_function(ListText& list, const FunctionTool& tool, bool drop_mark, bool strict) {
    ObjectText object(list.next());
    object.text("name", tool.name);
    if (!tool.description.empty()) object.text("description", tool.description);
    append_schema(object.key("input_schema"), tool.parameters);
    if (strict && tool.strict == true) object.key("strict") += "true";
    if (tool.cache_control && !drop_mark) append_mark(object, *tool.cache_control);
    for (const auto& member : tool.extra) {
        const std::string_view name(member.key());
        if (name == "type" || name == "function") continue;
        if (name == "cache_control" && (tool.cache_control || drop_mark)) continue;
        object.json(name, member.value());
    }
    object.end();
}

void append_raw(ListText& list, const RawTool& tool, bool drop_mark) {
    json::object copy = tool.value;
    if (drop_mark) copy.erase("cache_control");
    append_json_text(list.next(), copy);
}

const json::value* named_function(const json::object& choice) {
    const json::object* function = find_object(choice, "function");
    return function ? find(*function, "name") : nullptr;
}

json::object of_word(std::string_view word) {
    json::object choice;
    if (word == "required") word = "any";
    if (!word.empty()) choice["type"] = word;
    return choice;
}

json::object of_object(const json::object& given) {
    const json::value* name = named_function(given);
    if (!name) return given;
    json::object choice;
    choice["type"] = "tool";
    choice["name"] = *name;
    return choice;
}

}  // namespace

std::string write_tools(const ToolDefinitions& tools, const std::vector<std::size_t>& drops,
                        std::string_view model) {
    ListText list;
    const bool strict = knows_schemas(model);
    for (std::size_t i = 0; i < tools.size(); ++i) {
        const bool drop = drops[i] > 0;
        if (const auto* function = std::get_if<FunctionTool>(&tools[i]))
            append_function(list, *function, drop, strict);
        else
            append_raw(list, std::get<RawTool>(tools[i]), drop);
    }
    return list.empty() ? std::string() : '[' + list.text() + ']';
}

std::string tools_of_history(std::span<const Message* const> messages) {
    ListText list;
    std::set<std::string_view> names;
    for (const Message* message : messages) {
        const auto* caller = std::get_if<AssistantMessage>(message);
        if (!caller) continue;
        for (const ToolCall& call : caller->tool_calls) {
            if (!names.insert(call.name).second) continue;
            ObjectText tool(list.next());
            tool.text("name", call.name).key("input_schema") += any_object;
            tool.end();
        }
    }
    return list.empty() ? std::string() : '[' + list.text() + ']';
}

json::object tool_choice(const ToolChoice& choice, std::optional<bool> parallel) {
    json::object result;
    if (const auto* word = choice.value.if_string()) result = of_word(*word);
    if (const auto* object = choice.value.if_object()) result = of_object(*object);
    // Calls one by one are a part of the choice here.
    if (parallel == false && result.empty()) result["type"] = "auto";
    if (parallel == false && find_string(result, "type") != "none")
        result.emplace("disable_parallel_tool_use", true);
    return result;
}

json::object unforced(const json::object& choice) {
    json::object result = choice;
    result["type"] = "auto";
    result.erase("name");
    return result;
}

bool forces_tool(const json::object& choice) noexcept {
    const auto type = find_string(choice, "type");
    return type == "any" || type == "tool";
}

bool has_strict_tool(const ToolDefinitions& tools) noexcept {
    return std::any_of(tools.begin(), tools.end(), [](const ToolDefinition& tool) {
        const auto* function = std::get_if<FunctionTool>(&tool);
        return function && function->strict == true;
    });
}

}  // namespace capstan::anthropic
