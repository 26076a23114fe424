#pragma once

#include <capstan/content.hpp>
#include <capstan/json.hpp>

#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace capstan {

/// A function that the model may call (wire reference 2.5).
struct FunctionTool {
    FunctionTool() = default;

    std::string name;  ///< at most 64 characters of [A-Za-z0-9_-]
    std::string description;
    json::object parameters;  ///< JSON schema; empty is sent as {"type":"object","properties":{}}
    std::optional<bool> strict;
    std::optional<CacheControl> cache_control;
    json::object extra;  ///< further members beside `function`
};
static_assert(!std::is_aggregate_v<FunctionTool>);

/// A tool that the server runs, or any other entry of `tools`, sent as it is.
struct RawTool {
    RawTool() = default;
    explicit RawTool(json::object value_) : value(std::move(value_)) {}

    json::object value;
};
static_assert(!std::is_aggregate_v<RawTool>);

using ToolDefinition = std::variant<FunctionTool, RawTool>;
using ToolDefinitions = std::vector<ToolDefinition>;

json::object to_json(const ToolDefinition& tool);

/// Reads an array of tools in OpenAI's format. Throws ApiError of kind invalid_request.
ToolDefinitions tools_from_json(const json::value& value);

/// Whether and which tool the model must call.
struct ToolChoice {
    ToolChoice() = default;

    static ToolChoice automatic() { return ToolChoice{"auto"}; }
    static ToolChoice none() { return ToolChoice{"none"}; }
    static ToolChoice required() { return ToolChoice{"required"}; }
    static ToolChoice function(std::string name);

    json::value value;  ///< null: not sent

private:
    explicit ToolChoice(const char* word) : value(word) {}
};
static_assert(!std::is_aggregate_v<ToolChoice>);

}  // namespace capstan
