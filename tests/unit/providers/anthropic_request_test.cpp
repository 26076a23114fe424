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

TEST_CASE("Models that refuse a forced call may call or not") {
    struct Row {
        const char* model;
        bool forced;
    };
    MessageRequest request = asking();
    request.tools = {tool("a")};
    for (const Row& row :
         {Row{"claude-opus-5-5", false}, Row{"anthropic/claude-opus-5.5", false},
          Row{"claude-sonnet-5-5", false}, Row{"claude-fable-5-1", false},
          Row{"claude-mythos-5-1", false}, Row{"claude-mythos-preview", false},
          Row{"claude-fable-5", true}, Row{"claude-opus-5", true}, Row{"claude-sonnet-5", true},
          Row{"claude-haiku-5-5", true}, Row{"claude-sonnet-4-5", true},
          Row{"openai/gpt-5", true}}) {
        INFO(row.model);
        const auto choice = [&] {
            return member(body_of(bare_options(row.model), request), "tool_choice");
        };
        request.parallel_tool_calls.reset();
        request.tool_choice = ToolChoice::required();
        CHECK(choice() == (row.forced ? R"({"type":"any"})" : R"({"type":"auto"})"));
        request.parallel_tool_calls = false;
        request.tool_choice = ToolChoice::function("a");
        CHECK(choice() ==
              (row.forced ? R"({"type":"tool","name":"a","disable_parallel_tool_use":true})"
                          : R"({"type":"auto","disable_parallel_tool_use":true})"));
        request.tool_choice = ToolChoice::none();
        CHECK(choice() == R"({"type":"none"})");
    }
}

TEST_CASE("Raw tools of the user's own stay in use after the first call") {
    MessageRequest request;
    request.messages = history(
        R"([{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[
            {"id":"t1","type":"function","function":{"name":"a","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"t1","content":"r"}])");
    request.extra = parse_json(R"({"tools":[{"name":"a","input_schema":{"type":"object"}}]})")
                        .as_object();
    CHECK(member(body_of(bare_options(), request), "tool_choice") == "-");
    CHECK(member(body_of(bare_options(), request), "tools") ==
          R"([{"name":"a","input_schema":{"type":"object"}}])");
    request.tool_choice = ToolChoice::required();
    CHECK(member(body_of(bare_options(), request), "tool_choice") == R"({"type":"any"})");
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

TEST_CASE("Pictures, files and other parts become Anthropic's blocks") {
    struct Row {
        const char* part;
        const char* block;
    };
    for (const Row& row : {
             Row{R"({"type":"image_url","image_url":{"url":"data:image/jpg;base64,QUJD"}})",
                 R"({"type":"image","source":{"type":"base64","media_type":"image/jpeg",)"
                 R"("data":"QUJD"}})"},
             Row{R"({"type":"image_url","image_url":{"url":"https://a.example/x.png"}})",
                 R"({"type":"image","source":{"type":"url","url":"https://a.example/x.png"}})"},
             Row{R"({"type":"file","file":{"filename":"a.pdf",)"
                 R"("file_data":"data:application/pdf;base64,QUJD"}})",
                 R"({"type":"document","source":{"type":"base64",)"
                 R"("media_type":"application/pdf","data":"QUJD"},"title":"a.pdf"})"},
             Row{R"({"type":"file","file":{"filename":"a.txt",)"
                 R"("file_data":"data:text/plain;base64,SGkg8J+Ygg=="}})",
                 R"({"type":"document","source":{"type":"text","media_type":"text/plain",)"
                 R"("data":"Hi 😂"},"title":"a.txt"})"},
             Row{R"({"type":"file","file":{"filename":"a.csv","file_data":"data:text/csv,a%2Cb"}})",
                 R"({"type":"document","source":{"type":"text","media_type":"text/plain",)"
                 R"("data":"a,b"},"title":"a.csv"})"},
             Row{R"({"type":"file","file":{"filename":"p","file_data":"data:image/png;base64,)"
                 R"(QUJD"}})",
                 R"({"type":"image","source":{"type":"base64","media_type":"image/png",)"
                 R"("data":"QUJD"}})"},
             Row{R"({"type":"file","file":{"file_data":"https://a.example/x.pdf"}})",
                 R"({"type":"document","source":{"type":"url","url":"https://a.example/x.pdf"}})"},
             Row{R"({"type":"file","file":{"file_id":"file_1"}})",
                 R"({"type":"document","source":{"type":"file","file_id":"file_1"}})"},
             Row{R"({"type":"input_audio","input_audio":{"data":"QUJD","format":"wav"}})",
                 R"({"type":"text","text":"[A sound recording,)"
                 R"( which cannot be sent to this model.]"})"},
             Row{R"({"type":"search_result","source":"s","title":"t","content":[]})",
                 R"({"type":"search_result","source":"s","title":"t","content":[]})"},
         }) {
        INFO(row.part);
        const std::string user = R"([{"role":"user","content":[)" + std::string(row.part) + "]}]";
        CHECK(messages_of(user) == R"([{"role":"user",)"
                                   R"("content":[)" + std::string(row.block) + "]}]");
    }
}

TEST_CASE("Files of text in any dress are sent as text") {
    for (const char* type :
         {"application/json", "application/xml", "application/yaml", "application/x-yaml",
          "application/javascript", "application/ld+json", "image/svg+xml", "text/x-c++"}) {
        INFO(type);
        for (const char* data : {";base64,e30=", ",%7B%7D"}) {
            if (std::string_view(type) == "image/svg+xml" && *data == ';') continue;
            CHECK(messages_of(R"([{"role":"user","content":[{"type":"file","file":{"file_data":)"
                              R"("data:)" + std::string(type) + data + R"("}}]}])") ==
                  R"([{"role":"user","content":[{"type":"document","source":{"type":"text",)"
                  R"("media_type":"text/plain","data":"{}"}}]}])");
        }
    }
}

TEST_CASE("A file that is nowhere, or of no type that the model takes, is refused by its name") {
    for (const char* data :
         {"QUJD", "data:application/zip;base64,QUJD", "data:application/octet-stream;base64,QUJD",
          "data:application/pdf,QUJD", "data:image/png,QUJD", "data:audio/wav;base64,QUJD"}) {
        INFO(data);
        try {
            messages_of(R"([{"role":"user","content":[
                {"type":"file","file":{"filename":"lost.pdf","file_data":")" +
                        std::string(data) + R"("}}]}])");
            FAIL("not refused");
        } catch (const ApiError& error) {
            CHECK(error.kind() == ErrorKind::invalid_request);
            CHECK(error.info().summary.find("lost.pdf") != std::string::npos);
        }
    }
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
