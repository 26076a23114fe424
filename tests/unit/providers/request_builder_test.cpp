#include "request_fixture.hpp"

#include <capstan/error.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

using namespace capstan;
using namespace request_fixture;

namespace {

ErrorInfo refusal(const OpenRouterOptions& options, const MessageRequest& request) {
    try {
        (void)build_chat_request(options, request, nullptr);
    } catch (const ApiError& error) {
        return error.info();
    }
    ErrorInfo none;
    none.summary = "it was built";
    return none;
}

MessageRequest full_request() {
    MessageRequest request;
    request.system_prompt = "RULES";
    request.messages = history(
        R"([{"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"https://x/y.png"}}]},)"
        R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"q\": 1}"}}]},)"
        R"({"role":"tool","tool_call_id":"c1","content":"ok"}])");
    request.tools.emplace_back(tool("look"));
    request.tools.emplace_back(
        RawTool(parse_json(R"({"type":"openrouter:web_search","parameters":{"max_results":3}})")
                    .as_object()));
    request.tool_choice = ToolChoice::automatic();
    request.parallel_tool_calls = false;
    request.max_tokens = 8000;
    request.sampling.temperature = 0.7;
    request.sampling.top_p = 1.0;
    request.sampling.seed = 42;
    request.sampling.stop = {"END"};
    request.sampling.logit_bias = {{"50256", -100}};
    request.sampling.logprobs = true;
    request.sampling.top_logprobs = 2;
    ReasoningOptions reasoning;
    reasoning.effort = "high";
    reasoning.exclude = false;
    reasoning.summary = "auto";
    request.reasoning = reasoning;
    request.response_format = parse_json(
        R"({"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object"},"strict":true}})");
    request.plugins = parse_json(R"([{"id":"file-parser","pdf":{"engine":"native"}}])").as_array();
    request.modalities = {"text"};
    request.metadata["task"] = "t1";
    request.context.session_id = "conv-42";
    request.context.user_id = "user-1";
    request.context.trace_parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    return request;
}

}  // namespace

TEST_CASE("the smallest request has model, messages and stream") {
    CHECK(body_of(bare_options(), asking()) ==
          R"({"model":"vendor/model","messages":[{"role":"user","content":"hi"}],"stream":true})");
}

TEST_CASE("a full request has its fields in the documented order") {
    OpenRouterOptions options = bare_options("vendor/model, other/model");
    options.provider_sorting = "openai,azure";
    options.provider["data_collection"] = "deny";
    CHECK(
        body_of(options, full_request()) ==
        R"({"model":"vendor/model","models":["vendor/model","other/model"],"messages":[)"
        R"({"role":"system","content":"RULES"},)"
        R"({"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"https://x/y.png"}}]},)"
        R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"q\": 1}"}}]},)"
        R"({"role":"tool","tool_call_id":"c1","content":"ok"}],)"
        R"("tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{}}}},)"
        R"({"type":"openrouter:web_search","parameters":{"max_results":3}}],)"
        R"("tool_choice":"auto","parallel_tool_calls":false,)"
        R"("reasoning":{"effort":"high","exclude":false,"summary":"auto"},"max_tokens":8000,)"
        R"("temperature":0.7,"top_p":1.0,"seed":42,"stop":["END"],"logit_bias":{"50256":-100.0},)"
        R"("logprobs":true,"top_logprobs":2,)"
        R"("response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object"},"strict":true}},)"
        R"("plugins":[{"id":"file-parser","pdf":{"engine":"native"}}],"modalities":["text"],)"
        R"("provider":{"order":["openai","azure"],"allow_fallbacks":true,"data_collection":"deny"},)"
        R"("user":"user-1","session_id":"conv-42","metadata":{"task":"t1"},)"
        R"("trace":{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","parent_span_id":"00f067aa0ba902b7"},)"
        R"("stream":true})");
}

TEST_CASE("the same arguments give the same bytes") {
    const OpenRouterOptions options = bare_options("anthropic/claude-sonnet-4.5");
    const MessageRequest request = full_request();
    CHECK(body_of(options, request) == body_of(options, request));
}

TEST_CASE("pitfall 4: the deprecated usage and stream_options are not sent") {
    const auto body = json_of(bare_options(), full_request());
    CHECK_FALSE(body.contains("usage"));
    CHECK_FALSE(body.contains("stream_options"));
}

TEST_CASE("raw fields win over all others, and unknown ones come last") {
    OpenRouterOptions options = bare_options();
    options.extra = parse_json(R"({"verbosity":"low","temperature":0.1,"x_a":1})").as_object();
    MessageRequest request = asking();
    request.sampling.temperature = 1.5;
    request.extra = parse_json(R"({"x_a":2,"stream":false,"x_z":null})").as_object();
    CHECK(body_of(options, request) ==
          R"({"model":"vendor/model","messages":[{"role":"user","content":"hi"}],)"
          R"("temperature":0.1,"stream":false,"verbosity":"low","x_a":2,"x_z":null})");
}

TEST_CASE("raw messages leave the other fields as they are") {
    MessageRequest request = asking();
    request.tools.emplace_back(tool("f"));
    request.extra["messages"] = parse_json(R"([{"role":"user","content":"raw"}])");
    const auto body = json_of(bare_options(), request);
    CHECK(member(body, "messages") == R"([{"role":"user","content":"raw"}])");
    CHECK(body.contains("tools"));
}

TEST_CASE("pitfall 23: a raw reasoning_effort or output limit replaces ours") {
    OpenRouterOptions options = bare_options();
    options.reasoning_effort = "high";
    MessageRequest request = asking();
    request.max_tokens = 100;
    request.extra["reasoning_effort"] = "low";
    request.extra["max_completion_tokens"] = 7;
    const auto body = json_of(options, request);
    CHECK(member(body, "reasoning") == "-");
    CHECK(member(body, "reasoning_effort") == R"("low")");
    CHECK(member(body, "max_tokens") == "-");
    CHECK(member(body, "max_completion_tokens") == "7");
}

TEST_CASE("tool choice and parallel calls are sent beside tools only") {
    MessageRequest request = asking();
    request.tool_choice = ToolChoice::required();
    request.parallel_tool_calls = true;
    CHECK(member(json_of(bare_options(), request), "tool_choice") == "-");
    CHECK(member(json_of(bare_options(), request), "parallel_tool_calls") == "-");
    request.tools.emplace_back(tool("f"));
    CHECK(member(json_of(bare_options(), request), "tool_choice") == R"("required")");
    CHECK(member(json_of(bare_options(), request), "parallel_tool_calls") == "true");
}

TEST_CASE("requests that could only be refused are refused before sending") {
    CHECK(refusal(bare_options(), MessageRequest()).summary == "messages: there is none");
    MessageRequest request = asking();
    request.tools = {tool("ok"), tool("not ok")};
    CHECK(refusal(bare_options(), request).summary ==
          "tools[1].function.name: \"not ok\" is no tool name");
    request.tools = {tool(std::string(65, 'a'))};
    CHECK(refusal(bare_options(), request).kind == ErrorKind::invalid_request);
    request.tools = {tool("twice"), tool("twice")};
    CHECK(refusal(bare_options(), request).summary ==
          "tools[1].function.name: \"twice\" is defined twice");
    request = asking();
    request.sampling.stop = {"1", "2", "3", "4", "5"};
    CHECK(refusal(bare_options(), request).summary == "stop: more than 4 texts");
    request = asking();
    request.metadata["n"] = 1;
    CHECK(refusal(bare_options(), request).summary == "metadata[\"n\"]: expected a string");
}

TEST_CASE("user problem 23: a session id has at most 256 characters") {
    MessageRequest request = asking();
    std::string id;
    for (int i = 0; i < 256; ++i) id += "\xc3\xa4";
    request.context.session_id = id;
    CHECK(member(json_of(bare_options(), request), "session_id") == '"' + id + '"');
    request.context.session_id += 'x';
    CHECK(refusal(bare_options(), request).kind == ErrorKind::configuration);
}

TEST_CASE("a traceparent that is not valid is ignored") {
    for (const char* text : {"", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                             "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                             "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                             "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01"}) {
        MessageRequest request = asking();
        request.context.trace_parent = text;
        CHECK(member(json_of(bare_options(), request), "trace") == "-");
    }
}

TEST_CASE("pitfall 22: strict tools bring their beta header; and attribution") {
    OpenRouterOptions options = bare_options("anthropic/claude-sonnet-4.5");
    options.http_referer = "https://app";
    options.categories = "cli-agent";
    options.headers.add("x-title", "mine");
    options.headers.add("X-Provider", R"({"order":["anthropic"]})");
    options.headers.add("x-anthropic-beta", "mine");
    options.thinking_budget_tokens = 2000;
    MessageRequest request = asking();
    FunctionTool strict = tool("f");
    strict.strict = true;
    request.tools.emplace_back(strict);
    const WireRequest built = build_chat_request(options, request, nullptr);
    CHECK(built.headers.get("HTTP-Referer") == "https://app");
    CHECK(built.headers.get("X-OpenRouter-Title") == "Capstan");
    CHECK_FALSE(built.headers.contains("X-Title"));
    CHECK(built.headers.get("X-OpenRouter-Categories") == "cli-agent");
    CHECK(built.headers.get("x-anthropic-beta") ==
          "mine,interleaved-thinking-2025-05-14,structured-outputs-2025-11-13");
    CHECK(member(parse_json(built.body).as_object(), "provider") == R"({"order":["anthropic"]})");
    options.title = "a\r\nX-Evil: 1";
    CHECK(refusal(options, request).kind == ErrorKind::configuration);
}

TEST_CASE("the settings' model info is for the settings' model") {
    OpenRouterOptions options = bare_options();
    options.model_info.emplace();
    options.model_info->max_completion_tokens = 4000;
    MessageRequest request = asking();
    CHECK(member(json_of(options, request), "max_tokens") == "4000");
    request.model = "other/model";
    CHECK(member(json_of(options, request), "max_tokens") == "-");
}

TEST_CASE("matrix: texts that are not UTF-8 become valid JSON") {
    const std::string body = body_of(bare_options(), asking("a\xff\xed\xa0\x80 \"\\\n\x01"));
    CHECK(is_valid_utf8(body));
    CHECK(try_parse_json(body).has_value());
}

TEST_CASE("openapi: what the tests send reaches the request log") {
    const char* file = std::getenv("CAPSTAN_REQUEST_LOG");
    if (!file || !*file) SKIP("CAPSTAN_REQUEST_LOG is not set");
    const std::string body = body_of(bare_options(), asking("logged"));
    std::ifstream log(file);
    std::string line;
    bool found = false;
    while (std::getline(log, line)) found = found || line.find(body) != std::string::npos;
    CHECK(found);
}
