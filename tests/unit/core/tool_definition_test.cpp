#include <capstan/tool_definition.hpp>

#include <capstan/error.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;

TEST_CASE("tools are read and written back, server tools as they are") {
    const char* rows[] = {
        R"({"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"z":{},"a":{}}}}})",
        R"({"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true},"cache_control":{"type":"ephemeral","ttl":"1h"}})",
        R"({"type":"function","function":{"name":"f","parameters":{"x":1},"more":2},"defer_loading":true})",
        R"({"type":"openrouter:web_search","parameters":{"max_results":3}})",
        R"({"type":"function","function":{"name":"f","parameters":{"x":1}},"cache_control":{"type":"new"}})",
    };
    for (const char* row : rows) {
        CAPTURE(row);
        const ToolDefinitions tools = tools_from_json(json::array{parse_json(row)});
        REQUIRE(tools.size() == 1);
        CHECK(to_json_text(to_json(tools[0])) == row);
    }
}

TEST_CASE("a tool without parameters takes an empty object") {
    FunctionTool tool;
    tool.name = "now";
    CHECK(
        to_json_text(to_json(ToolDefinition(tool))) ==
        R"({"type":"function","function":{"name":"now","parameters":{"type":"object","properties":{}}}})");
}

TEST_CASE("tools that cannot be read are refused with their place") {
    struct Row {
        const char* text;
        const char* message;
    };
    const Row rows[] = {
        {R"({})", "tools: expected an array, found an object"},
        {R"([1])", "tools[0]: expected an object, found a number"},
        {R"([{"name":"f"}])", "tools[0].type: expected a string, found nothing"},
        {R"([{"type":"function","name":"f"}])",
         "tools[0].function: expected an object, found nothing"},
        {R"([{"type":"function","function":{"name":"f","parameters":[]}}])",
         "tools[0].function.parameters: expected an object, found an array"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        try {
            tools_from_json(parse_json(row.text));
            FAIL("they were read");
        } catch (const ApiError& error) {
            CHECK(error.info().summary == row.message);
        }
    }
}

TEST_CASE("tool choices") {
    CHECK(ToolChoice().value.is_null());
    CHECK(ToolChoice::automatic().value == "auto");
    CHECK(ToolChoice::none().value == "none");
    CHECK(ToolChoice::required().value == "required");
    CHECK(to_json_text(ToolChoice::function("f").value) ==
          R"({"type":"function","function":{"name":"f"}})");
}
