#include "anthropic_fixture.hpp"

#include <capstan/error.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace anthropic_fixture;

TEST_CASE("A whole request has its fields in order, and the same bytes each time") {
    AnthropicOptions options;
    options.betas = {"context-1m-2025-08-07"};
    options.thinking_budget_tokens = 2048;
    MessageRequest request;
    request.system_prompt = "Be brief.";
    request.messages.add_user("Weather?");
    FunctionTool weather = tool("weather");
    weather.description = "Says it";
    weather.parameters = parse_json(R"({"type":"object","properties":{"city":{"type":"string"}},)"
                                    R"("required":["city"],"additionalProperties":false})")
                             .as_object();
    weather.strict = true;
    request.tools = {weather};
    request.parallel_tool_calls = false;
    request.max_tokens = 4096;
    request.sampling.stop = {"END"};
    request.context.user_id = "u-1";
    request.response_format = parse_json(
        R"({"type":"json_schema","json_schema":{"name":"n","strict":true,)"
        R"("schema":{"type":"object"}}})");
    request.extra["service_tier"] = "standard_only";
    const auto wire = written(options, request);
    CHECK(wire.path == "/messages");
    CHECK(wire.model == "claude-sonnet-4-5");
    CHECK(wire.body ==
          R"({"model":"claude-sonnet-4-5","max_tokens":4096,)"
          R"("system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],)"
          R"("messages":[{"role":"user","content":[{"type":"text","text":"Weather?",)"
          R"("cache_control":{"type":"ephemeral"}}]}],)"
          R"("tools":[{"name":"weather","description":"Says it","input_schema":{"type":"object",)"
          R"("properties":{"city":{"type":"string"}},"required":["city"],)"
          R"("additionalProperties":false},"strict":true}],)"
          R"("tool_choice":{"type":"auto","disable_parallel_tool_use":true},)"
          R"("thinking":{"type":"enabled","budget_tokens":2048},)"
          R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}},)"
          R"("stop_sequences":["END"],"metadata":{"user_id":"u-1"},"stream":true,)"
          R"("service_tier":"standard_only"})");
    CHECK(wire.headers.get("anthropic-version") == "2023-06-01");
    CHECK(wire.headers.get("anthropic-beta") ==
          "context-1m-2025-08-07,interleaved-thinking-2025-05-14");
    CHECK(written(options, request).body == wire.body);
}

TEST_CASE("Raw fields win over all others, the request's over the settings'") {
    auto options = bare_options();
    options.extra = parse_json(R"({"max_tokens":7,"top_k":1,"x_":"handler"})").as_object();
    MessageRequest request = asking();
    request.extra = parse_json(R"({"model":"claude-opus-4-7","x_":"request","system":"S"})")
                        .as_object();
    request.system_prompt = "never sent";
    const auto wire = written(options, request);
    CHECK(wire.model == "claude-opus-4-7");
    const auto body = parse_json(wire.body).as_object();
    CHECK(member(body, "model") == R"("claude-opus-4-7")");
    CHECK(member(body, "max_tokens") == "7");
    CHECK(member(body, "top_k") == "1");
    CHECK(member(body, "x_") == R"("request")");
    CHECK(member(body, "system") == R"("S")");
}

TEST_CASE("The user's beta features stand beside ours, and a version of the user's own remains") {
    auto options = bare_options();
    options.headers.add("Anthropic-Beta", "a, b");
    options.betas = {"b", "c"};
    MessageRequest request = asking();
    FilePart file;
    file.id = "file_1";
    request.messages.add(UserMessage(std::vector<ContentPart>{file}));
    const auto headers = written(options, request).headers;
    CHECK(headers.get("anthropic-beta") == "a,b,c,files-api-2025-04-14");
    options.anthropic_version = "bad\r\nX-Evil: 1";
    CHECK_THROWS_AS(written(options, request), ApiError);
    options.headers.add("Anthropic-Version", "2030-01-01");
    CHECK_FALSE(written(options, request).headers.contains("anthropic-version"));
}

TEST_CASE("Through OpenRouter the names have vendors, and the features a header of its own") {
    auto options = bare_options("anthropic/claude-sonnet-4.5");
    options.bearer_auth = true;
    MessageRequest request = asking();
    request.models = {"openai/gpt-5"};
    request.context.session_id = "s-1";
    FunctionTool strict = tool("a");
    strict.strict = true;
    request.tools = {strict};
    const auto wire = written(options, request);
    const auto body = parse_json(wire.body).as_object();
    CHECK(member(body, "models") == R"(["anthropic/claude-sonnet-4.5","openai/gpt-5"])");
    CHECK(member(body, "session_id") == R"("s-1")");
    CHECK(member(body, "max_tokens") == "32000");
    CHECK(wire.headers.get("x-anthropic-beta") == "structured-outputs-2025-11-13");
    CHECK(member(body_of(bare_options(), request), "models") == "-");
}

TEST_CASE("Tools and choices are written as Anthropic has them") {
    MessageRequest request = asking();
    FunctionTool untyped = tool("untyped");
    untyped.parameters = parse_json(R"({"properties":{}})").as_object();
    untyped.strict = false;
    untyped.extra["defer_loading"] = true;
    untyped.cache_control = CacheControl("1h");
    request.tools = {tool("plain"), untyped,
                     RawTool(parse_json(R"({"type":"web_search_20250305","name":"web_search"})")
                                 .as_object())};
    CHECK(member(body_of(bare_options(), request), "tools") ==
          R"([{"name":"plain","input_schema":{"type":"object","properties":{}}},)"
          R"({"name":"untyped","input_schema":{"type":"object","properties":{}},)"
          R"("cache_control":{"type":"ephemeral","ttl":"1h"},"defer_loading":true},)"
          R"({"type":"web_search_20250305","name":"web_search"}])");
    struct Row {
        ToolChoice choice;
        std::optional<bool> parallel;
        const char* expected;
    };
    ToolChoice native;
    native.value = parse_json(R"({"type":"any","disable_parallel_tool_use":true})");
    const Row rows[] = {
        {{}, {}, "-"},
        {{}, true, "-"},
        {{}, false, R"({"type":"auto","disable_parallel_tool_use":true})"},
        {ToolChoice::automatic(), {}, R"({"type":"auto"})"},
        {ToolChoice::none(), false, R"({"type":"none"})"},
        {ToolChoice::required(), false, R"({"type":"any","disable_parallel_tool_use":true})"},
        {ToolChoice::function("plain"), {}, R"({"type":"tool","name":"plain"})"},
        {native, {}, R"({"type":"any","disable_parallel_tool_use":true})"},
    };
    for (const Row& row : rows) {
        request.tool_choice = row.choice;
        request.parallel_tool_calls = row.parallel;
        CHECK(member(body_of(bare_options(), request), "tool_choice") == row.expected);
    }
    request.tools.clear();
    CHECK(member(body_of(bare_options(), request), "tool_choice") == "-");
}

TEST_CASE("Old models are not told of strict tools") {
    MessageRequest request = asking();
    FunctionTool strict = tool("a");
    strict.strict = true;
    request.tools = {strict};
    const auto with = R"([{"name":"a","input_schema":{"type":"object","properties":{}},)"
                      R"("strict":true}])";
    const auto without = R"([{"name":"a","input_schema":{"type":"object","properties":{}}}])";
    CHECK(member(body_of(bare_options("claude-opus-4-1"), request), "tools") == with);
    CHECK(member(body_of(bare_options("claude-sonnet-4-0"), request), "tools") == without);
}

TEST_CASE("Formats that are no schema are not sent") {
    for (const char* format : {R"({"type":"text"})", R"({"type":"json_object"})",
                               R"({"type":"json_schema"})", R"("json")"}) {
        MessageRequest request = asking();
        request.response_format = parse_json(format);
        CHECK(member(body_of(bare_options(), request), "output_config") == "-");
    }
    MessageRequest request = asking();
    request.response_format = parse_json(R"({"type":"json_schema","schema":{"type":"object"}})");
    CHECK(member(body_of(bare_options(), request), "output_config") ==
          R"({"format":{"type":"json_schema","schema":{"type":"object"}}})");
}

TEST_CASE("At most four cache marks are sent, and ours take what is left") {
    auto options = bare_options();
    options.prompt_caching = true;
    MessageRequest request;
    request.system_prompt = "S";
    request.messages = history(R"([
        {"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},
                                  {"type":"text","text":"b","cache_control":{"type":"ephemeral"}}]},
        {"role":"assistant","content":"c"},
        {"role":"user","content":"d"},{"role":"assistant","content":"e"},
        {"role":"user","content":"f","cache_control":{"type":"ephemeral","ttl":"1h"}}])");
    const auto count = [&] {
        const std::string body = written(options, request).body;
        std::size_t marks = 0;
        for (auto at = body.find("cache_control"); at != body.npos;
             at = body.find("cache_control", at + 1))
            ++marks;
        return marks;
    };
    CHECK(count() == 4);
    request.extra["cache_control"] = parse_json(R"({"type":"ephemeral"})");
    CHECK(count() == 4);
    for (int i = 0; i < 5; ++i) {
        FunctionTool marked = tool("t" + std::to_string(i));
        marked.cache_control = CacheControl();
        request.tools.push_back(marked);
    }
    CHECK(count() == 4);
    request.extra.clear();
    CHECK(count() == 4);
    request.tools.clear();
    options.prompt_caching = false;
    CHECK(count() == 3);
}

TEST_CASE("A model is needed, and a message beside the system's") {
    auto options = bare_options("");
    CHECK_THROWS_AS(written(options, asking()), ApiError);
    MessageRequest request;
    request.system_prompt = "alone";
    CHECK_THROWS_AS(written(bare_options(), request), ApiError);
    request.messages.add_user(" \n");
    CHECK_THROWS_AS(written(bare_options(), request), ApiError);
}
