#include "mcp/mcp_elicitation.hpp"
#include "mcp/mcp_lists.hpp"

#include <capstan/tools/mcp.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace capstan;

namespace {

json::object object(const std::string& text) { return parse_json(text).as_object(); }

ToolResult convert(const std::string& text) { return mcp_tool_result(object(text)); }

std::string text_result(const std::string& text) {
    const auto result = convert(text);
    REQUIRE(std::holds_alternative<std::string>(result.content));
    return std::get<std::string>(result.content);
}

std::vector<ContentPart> parts(const std::string& content) {
    const auto result = convert(R"({"content":[)" + content + "]}");
    REQUIRE(std::holds_alternative<std::vector<ContentPart>>(result.content));
    return std::get<std::vector<ContentPart>>(result.content);
}

}  // namespace

TEST_CASE("Texts of an MCP result become one text") {
    const std::vector<std::pair<std::string, std::string>> rows = {
        {R"({"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]})", "a\nb"},
        {R"({"content":[{"type":"text"}]})", ""},
        {R"({})", "(no content)"},
        {R"({"content":[]})", "(no content)"},
        {R"({"content":"x"})", "(no content)"},
        {R"({"content":[],"structuredContent":{"t":1.5}})", R"({"t":1.5})"},
        {R"({"content":[{"type":"text","text":"t"}],"structuredContent":{"a":1}})", "t"},
        {R"({"content":[7]})", "7"},
        {R"({"content":[{"type":"hologram","x":1}]})", R"({"type":"hologram","x":1})"},
        {R"({"content":[{"type":"resource","resource":{"uri":"file:///a","text":"hello"}}]})",
         "file:///a:\nhello"},
        {R"({"content":[{"type":"resource_link","uri":"file:///a","name":"n","description":"d"}]})",
         "Resource file:///a (n): d"},
        {R"({"content":[{"type":"resource","resource":7}]})",
         R"({"type":"resource","resource":7})"},
    };
    for (const auto& [result, text] : rows) CHECK(text_result(result) == text);
}

TEST_CASE("Images, audio and blobs of an MCP result become parts") {
    const auto mixed = parts(R"({"type":"text","text":"see"},
        {"type":"image","data":"QUJD","mimeType":"image/png"},
        {"type":"image","data":"QUJD","mimeType":"image/svg+xml"},
        {"type":"audio","data":"QUJD","mimeType":"audio/wav"},
        {"type":"audio","data":"QUJD","mimeType":"audio/mpeg"},
        {"type":"audio","data":"QUJD","mimeType":"audio/x-wav;rate=1"},
        {"type":"resource","resource":{"uri":"f:///d/a.pdf","mimeType":"application/pdf",
                                       "blob":"QQ=="}},
        {"type":"resource","resource":{"uri":"f:///a","mimeType":"image/gif","blob":"QQ=="}},
        {"type":"resource","resource":{"uri":"f:///","blob":"QQ=="}})");
    REQUIRE(mixed.size() == 9);
    CHECK(std::get<TextPart>(mixed[0]).text == "see");
    CHECK(std::get<ImagePart>(mixed[1]).url == "data:image/png;base64,QUJD");
    CHECK(std::get<FilePart>(mixed[2]).data == "data:image/svg+xml;base64,QUJD");
    CHECK(std::get<AudioPart>(mixed[3]).format == "wav");
    CHECK(std::get<AudioPart>(mixed[4]).format == "mp3");
    CHECK(std::get<AudioPart>(mixed[5]).format == "wav");
    CHECK(std::get<FilePart>(mixed[6]).filename == "a.pdf");
    CHECK(std::get<FilePart>(mixed[6]).data == "data:application/pdf;base64,QQ==");
    CHECK(std::get<ImagePart>(mixed[7]).url == "data:image/gif;base64,QQ==");
    CHECK(std::get<FilePart>(mixed[8]).data == "data:application/octet-stream;base64,QQ==");
}

TEST_CASE("An MCP result says whether it is an error and keeps its structured content") {
    const auto result = convert(R"({"content":[],"structuredContent":{"a":[1]},"isError":true})");
    CHECK(result.is_error);
    CHECK(to_json_text(result.details) == R"({"structuredContent":{"a":[1]}})");
    CHECK_FALSE(convert(R"({"isError":"yes","structuredContent":null})").is_error);
    CHECK(convert(R"({"structuredContent":null})").details.empty());
}

TEST_CASE("Tools of a server are read as providers take them") {
    const auto tools = mcp::read_tools(parse_json(R"([
        {"name":"a","title":"T","inputSchema":{"$schema":"x","type":"object","required":["p"],
         "properties":{"p":{"type":"string"}}}},
        {"name":"b","title":"T","description":"D","inputSchema":{"type":"object"}},
        {"name":"c","inputSchema":7}, {"name":""}, {"name":7}, 7, null])")
                                           .as_array());
    REQUIRE(tools.size() == 3);
    CHECK(tools[0].name == "a");
    CHECK(tools[0].description == "T");
    CHECK(to_json_text(tools[0].parameters) ==
          R"({"type":"object","required":["p"],"properties":{"p":{"type":"string"}}})");
    CHECK(tools[1].description == "D");
    CHECK(to_json_text(tools[1].parameters) == R"({"type":"object","properties":{}})");
    CHECK(to_json_text(tools[2].parameters) == R"({"type":"object","properties":{}})");
}

TEST_CASE("Resources and prompts of a server are read, and what is none is left out") {
    const auto resources = mcp::read_resources(
        parse_json(R"([{"uri":"a:b","name":"n","description":"d","mimeType":"m","size":3},
                       {"name":"n"}, 7])")
            .as_array(),
        "uri");
    REQUIRE(resources.size() == 1);
    CHECK(resources[0].uri == "a:b");
    CHECK(resources[0].mime_type == "m");
    CHECK(find_int(resources[0].raw, "size") == 3);
    const auto prompts = mcp::read_prompts(
        parse_json(R"([{"name":"p","arguments":[{"name":"x"}]}, {"name":"q","arguments":7}, {}])")
            .as_array());
    REQUIRE(prompts.size() == 2);
    CHECK(prompts[0].arguments.size() == 1);
    CHECK(prompts[1].arguments.empty());
}

TEST_CASE("An accepted elicitation gets the defaults of what it leaves out") {
    const auto params = object(R"({"requestedSchema":{"properties":{
        "a":{"default":1},"b":{"default":"x"},"c":{"type":"string"},"d":{"default":null},
        "e":7}}})");
    const std::vector<std::pair<std::string, std::string>> rows = {
        {R"({"action":"accept"})", R"({"action":"accept","content":{"a":1,"b":"x"}})"},
        {R"({"action":"accept","content":{"b":"mine"}})",
         R"({"action":"accept","content":{"b":"mine","a":1}})"},
        {R"({"action":"decline"})", R"({"action":"decline"})"},
        {R"({"action":"cancel","content":{}})", R"({"action":"cancel","content":{}})"},
        {R"({})", R"({})"},
    };
    for (const auto& [answer, expected] : rows) {
        auto result = object(answer);
        mcp::apply_elicitation_defaults(params, result);
        CHECK(to_json_text(result) == expected);
    }
    auto untouched = object(R"({"action":"accept"})");
    mcp::apply_elicitation_defaults({}, untouched);
    CHECK(to_json_text(untouched) == R"({"action":"accept"})");
}

TEST_CASE("Structured content that is not what the tool promised makes an error of its result") {
    const auto schema = object(
        R"({"type":"object","properties":{"t":{"type":"number"}},"required":["t"]})");
    const auto convert_with = [&](const std::string& text) {
        return mcp_tool_result(object(text), schema);
    };
    const auto good = convert_with(
        R"({"content":[{"type":"text","text":"warm"}],"structuredContent":{"t":1.5}})");
    CHECK_FALSE(good.is_error);
    CHECK(std::get<std::string>(good.content) == "warm");

    const auto bad = convert_with(
        R"({"content":[{"type":"text","text":"warm"}],"structuredContent":{"t":"hot"}})");
    CHECK(bad.is_error);
    const auto text = std::get<std::string>(bad.content);
    CHECK(text.starts_with("warm\n\nThe structured content of this result is not valid: t: "));
    CHECK(bad.details.at("structuredContent").at("t") == "hot");

    const auto none = convert_with(R"({"content":[{"type":"text","text":"warm"}]})");
    CHECK(none.is_error);
    CHECK(std::get<std::string>(none.content).find("it has none") != std::string::npos);

    const auto image = convert_with(R"({"content":[{"type":"image","data":"QUJD",
        "mimeType":"image/png"}],"structuredContent":[]})");
    CHECK(image.is_error);
    CHECK(std::get<std::vector<ContentPart>>(image.content).size() == 2);

    // An error promises nothing, and a schema that is no good says nothing.
    const auto error = convert_with(
        R"({"content":[{"type":"text","text":"no"}],"isError":true,"structuredContent":{}})");
    CHECK(error.is_error);
    CHECK(std::get<std::string>(error.content) == "no");
    const auto unusable = mcp_tool_result(
        object(R"({"content":[],"structuredContent":{"t":1}})"), object(R"({"type":7})"));
    CHECK_FALSE(unusable.is_error);
}

TEST_CASE("The output schemas of tools are found by their names") {
    const auto items = parse_json(R"([{"name":"a","outputSchema":{"type":"object"}},
        {"name":"b"},{"name":"c","outputSchema":7},7])");
    const auto schemas = mcp::read_output_schemas(items.as_array());
    CHECK(schemas.size() == 1);
    CHECK(to_json_text(schemas.at("a")) == R"({"type":"object"})");
}
