#include "responses_fixture.hpp"

#include <capstan/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace responses_fixture;
using Catch::Matchers::ContainsSubstring;

namespace {

FunctionTool weather() {
    FunctionTool tool;
    tool.name = "weather";
    tool.description = "Tells the weather";
    tool.parameters = parse_json(R"({"type":"object","properties":{"city":{"type":"string"}}})")
                          .as_object();
    return tool;
}

MessageRequest history(std::string_view messages) {
    MessageRequest request;
    request.messages = Conversation::from_json(messages);
    return request;
}

std::string input_of(std::string_view messages, std::string model = "gpt-4o") {
    return member(json_of(bare_options(std::move(model)), history(messages)), "input");
}

}  // namespace

TEST_CASE("A question is sent in the shape of the Responses API") {
    MessageRequest request = asking("What is 2 + 2?");
    request.system_prompt = "Be brief.";
    CHECK(body_of(bare_options("gpt-5-mini"), request) ==
          R"({"model":"gpt-5-mini","instructions":"Be brief.","input":[{"type":"message","role":)"
          R"("user","content":"What is 2 + 2?"}],"include":["reasoning.encrypted_content"],)"
          R"("store":false,"stream":true})");
    request.stream = false;
    CHECK(body_of(bare_options("gpt-4o"), request) ==
          R"({"model":"gpt-4o","instructions":"Be brief.","input":[{"type":"message","role":)"
          R"("user","content":"What is 2 + 2?"}],"store":false,"stream":false})");
}

TEST_CASE("Everything that the API knows is written") {
    OpenAiResponsesOptions options = bare_options("gpt-5");
    options.reasoning_effort = "low";
    options.reasoning_summary = "auto";
    options.verbosity = "high";
    options.service_tier = "flex";
    options.truncation = "auto";
    options.parallel_tool_calls = false;
    options.max_tokens = 500;
    options.sampling.temperature = 0.5;
    MessageRequest request = asking();
    request.tools.push_back(weather());
    request.tool_choice = ToolChoice::function("weather");
    request.sampling.top_p = 0.9;
    request.response_format = parse_json(
        R"({"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":)"
        R"("object"}}})");
    request.metadata["run"] = "7";
    request.context.user_id = "user-1";
    request.context.session_id = "session-1";
    CHECK(body_of(options, request) ==
          R"({"model":"gpt-5","input":[{"type":"message","role":"user","content":"hi"}],"tools":)"
          R"([{"type":"function","name":"weather","description":"Tells the weather",)"
          R"("parameters":{"type":"object","properties":{"city":{"type":"string"}}},"strict":)"
          R"(false}],"tool_choice":{"type":"function","name":"weather"},"parallel_tool_calls":)"
          R"(false,"reasoning":{"effort":"low","summary":"auto"},"max_output_tokens":500,)"
          R"("temperature":0.5,"top_p":0.9,"text":{"format":{"type":"json_schema","name":"n",)"
          R"("strict":true,"schema":{"type":"object"}},"verbosity":"high"},"include":)"
          R"(["reasoning.encrypted_content"],"service_tier":"flex","truncation":"auto",)"
          R"("safety_identifier":"user-1","prompt_cache_key":"session-1","metadata":{"run":"7"},)"
          R"("store":false,"stream":true})");
}

TEST_CASE("Verbosity is the request's, else the settings', in words that the server knows") {
    const auto said = [](const char* model, const char* ours, const char* calls) {
        OpenAiResponsesOptions options = bare_options(model);
        options.verbosity = ours;
        MessageRequest request = asking();
        request.verbosity = calls;
        const auto body = parse_json(body_of(options, request)).as_object();
        const json::object* text = find_object(body, "text");
        return text ? json::serialize(*text) : std::string("-");
    };
    CHECK(said("gpt-5", "", "") == "-");
    CHECK(said("gpt-5", "low", "") == R"({"verbosity":"low"})");
    CHECK(said("gpt-5", "low", "max") == R"({"verbosity":"high"})");
    CHECK(said("anthropic/claude-opus-4.6", "", "xhigh") == R"({"verbosity":"high"})");
}

TEST_CASE("A router gets its own fields") {
    OpenAiResponsesOptions options = bare_options("openai/gpt-5");
    options.thinking_budget_tokens = 3'000;
    MessageRequest request = asking();
    request.models = {"openai/gpt-5-mini"};
    request.context.user_id = "user-1";
    request.context.session_id = std::string(100, 's');
    request.modalities = {"text"};
    request.sampling.top_k = 40;
    const auto body = json_of(options, request);
    CHECK(member(body, "models") == R"(["openai/gpt-5-mini"])");
    CHECK(member(body, "reasoning") == R"({"max_tokens":3000})");
    CHECK(member(body, "user") == R"("user-1")");
    CHECK(member(body, "safety_identifier") == "-");
    CHECK(member(body, "session_id") == to_json_text(json::value(std::string(100, 's'))));
    CHECK(member(body, "prompt_cache_key") == "-");
    CHECK(member(body, "top_k") == "40");
}

TEST_CASE("OpenAI itself is not sent what only a router knows") {
    MessageRequest request = asking();
    request.models = {"gpt-4o"};
    request.sampling.top_k = 40;
    request.sampling.frequency_penalty = 0.5;
    request.sampling.presence_penalty = 0.25;
    request.sampling.top_p = 0.9;
    const auto own = json_of(bare_options("gpt-5"), request);
    for (const char* name : {"models", "top_k", "frequency_penalty", "presence_penalty"})
        CHECK(member(own, name) == "-");
    CHECK(member(own, "top_p") == "0.9");
    request.models = {"openai/gpt-4o"};
    const auto routed = json_of(bare_options("openai/gpt-5"), request);
    CHECK(member(routed, "models") == R"(["openai/gpt-4o"])");
    CHECK(member(routed, "frequency_penalty") == "0.5");
    CHECK(member(routed, "presence_penalty") == "0.25");
}

TEST_CASE("A fallback that is not sent holds no thoughts back") {
    MessageRequest request = asking();
    AssistantMessage answer;
    answer.content = std::string("x");
    answer.origin.requested_model = "gpt-5";
    answer.reasoning.details =
        parse_json(R"([{"type":"reasoning.encrypted","data":"gAAA==","id":"rs_1","format":)"
                   R"("openai-responses-v1","index":0}])")
            .as_array();
    request.messages.add(answer);
    request.messages.add_user("go on");
    request.models = {"gpt-4o"};
    CHECK_THAT(body_of(bare_options("gpt-5"), request), ContainsSubstring("gAAA=="));
}

TEST_CASE("The wish for reasoning is put in the API's words") {
    struct Row {
        const char* model;
        const char* effort;
        std::int64_t budget;
        const char* expected;
    };
    const Row rows[] = {
        {"gpt-5", "high", -1, R"({"effort":"high","summary":"auto"})"},
        {"gpt-5.1", "none", -1, R"({"effort":"none"})"},
        {"gpt-5.2-2025-12-11", "", 0, R"({"effort":"none"})"},
        {"gpt-5", "none", -1, R"({"effort":"minimal"})"},
        {"gpt-5-mini", "", 0, R"({"effort":"minimal"})"},
        {"gpt-5-2025-08-07", "none", -1, R"({"effort":"minimal"})"},
        {"gpt-5-pro", "none", -1, R"({"effort":"high"})"},
        {"gpt-5.2-pro", "none", -1, R"({"effort":"medium"})"},
        {"gpt-5-codex", "none", -1, R"({"effort":"low"})"},
        {"gpt-5.1-codex-max", "none", -1, R"({"effort":"low"})"},
        {"o3", "none", -1, R"({"effort":"low"})"},
        {"o4-mini", "", 0, R"({"effort":"low"})"},
        {"gpt-4.1", "none", -1, "-"},
        {"gpt-5-chat-latest", "", 0, "-"},
        {"local", "none", -1, R"({"effort":"none"})"},
        {"openai/gpt-5", "none", -1, R"({"effort":"none"})"},
        {"gpt-5", "", 1'024, R"({"effort":"low","summary":"auto"})"},
        {"gpt-5", "", 8'000, R"({"effort":"medium","summary":"auto"})"},
        {"gpt-5", "low", 9'000, R"({"effort":"high","summary":"auto"})"},
        {"openai/gpt-5", "", 9'000, R"({"max_tokens":9000,"summary":"auto"})"},
        {"openai/gpt-5", "", 0, R"({"effort":"none"})"},
        {"gpt-5", "", -1, R"({"summary":"auto"})"},
    };
    for (const Row& row : rows) {
        MessageRequest request = asking();
        ReasoningOptions reasoning;
        reasoning.effort = row.effort;
        reasoning.summary = "auto";
        if (row.budget >= 0) reasoning.max_tokens = row.budget;
        request.reasoning = reasoning;
        INFO(row.model << ' ' << row.effort << ' ' << row.budget);
        CHECK(member(json_of(bare_options(row.model), request), "reasoning") == row.expected);
    }
    MessageRequest off = asking();
    off.reasoning.emplace().enabled = false;
    CHECK(member(json_of(bare_options("gpt-5-mini"), off), "reasoning") ==
          R"({"effort":"minimal"})");
    CHECK(member(json_of(bare_options("gpt-4o"), off), "reasoning") == "-");
    MessageRequest hidden = asking();
    hidden.reasoning.emplace().exclude = true;
    OpenAiResponsesOptions options = bare_options("gpt-5");
    options.reasoning_summary = "auto";
    CHECK(member(json_of(options, hidden), "reasoning") == "-");
}

TEST_CASE("A turn with tools is written item by item, arguments byte for byte") {
    CHECK(input_of(R"([
        {"role":"user","content":"Weather?"},
        {"role":"assistant","content":"Let me look.","tool_calls":[
            {"id":"call_1","type":"function","function":{"name":"weather",
             "arguments":"{ \"city\" : \"Oslo\",\"n\":1.0 }"}},
            {"id":"call_2","type":"function","function":{"name":"time","arguments":""}}]},
        {"role":"tool","tool_call_id":"call_1","content":"cold"},
        {"role":"tool","tool_call_id":"call_2","content":[{"type":"text","text":"noon"},
            {"type":"image_url","image_url":{"url":"https://a.b/c.png","detail":"low"}}]},
        {"role":"system","content":"Be kind."}])") ==
          R"([{"type":"message","role":"user","content":"Weather?"},)"
          R"({"type":"message","id":"msg_2","role":"assistant","status":"completed","content":)"
          R"([{"type":"output_text","text":"Let me look.","annotations":[]}]},)"
          R"({"type":"function_call","call_id":"call_1","name":"weather","arguments":)"
          R"("{ \"city\" : \"Oslo\",\"n\":1.0 }"},)"
          R"({"type":"function_call","call_id":"call_2","name":"time","arguments":"{}"},)"
          R"({"type":"function_call_output","call_id":"call_1","output":"cold"},)"
          R"({"type":"function_call_output","call_id":"call_2","output":[{"type":"input_text",)"
          R"("text":"noon"},{"type":"input_image","image_url":"https://a.b/c.png","detail":)"
          R"("low"}]},{"type":"message","role":"system","content":"Be kind."}])");
}

TEST_CASE("Pictures, files, sounds and videos of a question have this API's names") {
    CHECK(input_of(R"([{"role":"user","content":[
        {"type":"text","text":"Look"},
        {"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}},
        {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,AA=="}},
        {"type":"file","file":{"filename":"b.pdf","file_data":"https://a.b/b.pdf"}},
        {"type":"file","file":{"file_id":"file-1"}},
        {"type":"file","file":{"file_id":"file-2","filename":"c.pdf"}},
        {"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}},
        {"type":"video_url","video_url":{"url":"https://a.b/c.mp4"}}]}])",
                   "openai/gpt-4o") ==
          R"([{"type":"message","role":"user","content":[{"type":"input_text","text":"Look"},)"
          R"({"type":"input_image","image_url":"data:image/png;base64,AA==","detail":"auto"},)"
          R"({"type":"input_file","filename":"a.pdf","file_data":)"
          R"("data:application/pdf;base64,AA=="},)"
          R"({"type":"input_file","file_url":"https://a.b/b.pdf"},)"
          R"({"type":"input_file","file_id":"file-1"},)"
          R"({"type":"input_file","file_id":"file-2"},)"
          R"({"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}},)"
          R"({"type":"input_video","video_url":"https://a.b/c.mp4"}]}])");
}

TEST_CASE("A missing result is made up, a foreign call id is mapped in the call and its result") {
    const json::array input =
        parse_json(input_of(R"([
        {"role":"assistant","content":null,"tool_calls":[
            {"id":"functions.weather:0","type":"function","function":{"name":"weather",
             "arguments":"{}"}},
            {"id":"call_2","type":"function","function":{"name":"time","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"functions.weather:0","content":"cold"},
        {"role":"user","content":"and?"}])"))
            .as_array();
    REQUIRE(input.size() == 5);
    const std::string id(input[0].at("call_id").as_string());
    CHECK(id != "functions.weather:0");
    CHECK(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
          == std::string::npos);
    CHECK(input[2].at("call_id") == json::value(id));
    CHECK(input[1].at("call_id") == "call_2");
    CHECK(input[3].at("call_id") == "call_2");
    CHECK_THAT(std::string(input[3].at("output").as_string()), ContainsSubstring("interrupted"));
}

TEST_CASE("Refusals, phases, custom calls and the server's own items go back") {
    MessageRequest request = history(R"([{"role":"user","content":"q"}])");
    AssistantMessage answer;
    answer.content = std::string("text");
    answer.origin.requested_model = "gpt-5";
    answer.extra = parse_json(R"({"refusal":"no","phase":"final_answer","output_items":)"
                              R"([{"id":"ws_1","type":"web_search_call","status":"completed",)"
                              R"("action":{"type":"search","query":"x"}}]})")
                       .as_object();
    ToolCall call;
    call.id = "call_1";
    call.name = "shell";
    call.arguments = "raw";
    call.extra = parse_json(R"({"type":"custom","namespace":"n","unheard_of":1})").as_object();
    answer.tool_calls.push_back(call);
    request.messages.add(answer);
    request.messages.add_tool_result("call_1", "done");
    const auto input = [&](const char* model) {
        return responses::write_request(bare_options(model), request, ReasoningReplay::fitting)
            .body;
    };
    CHECK_THAT(input("gpt-5"),
               ContainsSubstring(
                   R"({"id":"ws_1","type":"web_search_call","status":"completed","action":)"
                   R"({"type":"search","query":"x"}},{"type":"message","id":"msg_3","role":)"
                   R"("assistant","status":"completed","content":[{"type":"output_text","text":)"
                   R"("text","annotations":[]},{"type":"refusal","refusal":"no"}],"phase":)"
                   R"("final_answer"},{"type":"custom_tool_call","call_id":"call_1","name":)"
                   R"("shell","input":"raw","namespace":"n"},{"type":"custom_tool_call_output",)"
                   R"("call_id":"call_1","output":"done"})"));
    CHECK(input("gpt-4.1").find("web_search_call") == std::string::npos);
}

TEST_CASE("Nested shapes of chat completions are made flat, flat ones stay") {
    struct Row {
        const char* nested;
        const char* flat;
    };
    const Row rows[] = {
        {R"("auto")", R"("auto")"},
        {R"({"type":"function","function":{"name":"f"}})", R"({"type":"function","name":"f"})"},
        {R"({"type":"function","name":"f"})", R"({"type":"function","name":"f"})"},
        {R"({"type":"custom","custom":{"name":"c"}})", R"({"type":"custom","name":"c"})"},
        {R"({"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function",)"
         R"("function":{"name":"f"}}]}})",
         R"({"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"}]})"},
        {R"({"type":"json_object"})", R"({"type":"json_object"})"},
        {R"({"type":"web_search","filters":{"allowed_domains":["a"]}})",
         R"({"type":"web_search","filters":{"allowed_domains":["a"]}})"},
    };
    for (const Row& row : rows)
        CHECK(to_json_text(responses::flattened(parse_json(row.nested))) == row.flat);
}

TEST_CASE("Raw fields win, at the place of the field that they replace") {
    OpenAiResponsesOptions options = bare_options("gpt-5");
    options.extra["store"] = true;
    options.extra["temperature"] = 0.1;
    MessageRequest request = asking();
    request.sampling.temperature = 0.9;
    request.extra["temperature"] = 0.2;
    request.extra["include"] = json::array();
    request.extra["background"] = false;
    CHECK(responses::write_request(options, request, ReasoningReplay::fitting).body ==
          R"({"model":"gpt-5","input":[{"type":"message","role":"user","content":"hi"}],)"
          R"("temperature":0.2,"include":[],"store":true,"stream":true,"background":false})");
}

TEST_CASE("Encrypted reasoning is asked for where the model may reason") {
    for (const char* model : {"gpt-5", "o3", "o4-mini", "gpt-5.3-codex", "codex-mini",
                              "openai/gpt-5", "deepseek/deepseek-r1", "local"})
        CHECK(member(json_of(bare_options(model), asking()), "include") ==
              R"(["reasoning.encrypted_content"])");
    for (const char* model : {"gpt-4o", "gpt-4.1-mini", "gpt-3.5-turbo", "chatgpt-4o-latest",
                              "openai/gpt-4o", "gpt-5-chat-latest"})
        CHECK(member(json_of(bare_options(model), asking()), "include") == "-");
    OpenAiResponsesOptions options = bare_options("gpt-5");
    options.include_encrypted_reasoning = false;
    CHECK(member(json_of(options, asking()), "include") == "-");
}

TEST_CASE("What could only be refused is refused before it is sent") {
    const auto kind_of = [](const OpenAiResponsesOptions& options, const MessageRequest& request) {
        try {
            responses::write_request(options, request, ReasoningReplay::fitting);
        } catch (const ApiError& error) {
            return error.kind();
        }
        return ErrorKind::empty_answer;
    };
    CHECK(kind_of(bare_options(), MessageRequest()) == ErrorKind::invalid_request);
    MessageRequest request = asking();
    request.tools.push_back(FunctionTool());
    CHECK(kind_of(bare_options(), request) == ErrorKind::invalid_request);
    OpenAiResponsesOptions options = bare_options();
    options.reasoning_effort = "extreme";
    CHECK(kind_of(options, asking()) == ErrorKind::configuration);
    options = bare_options();
    options.project = "a\r\nb";
    CHECK(kind_of(options, asking()) == ErrorKind::configuration);
    MessageRequest raw;
    raw.extra["input"] = "text";
    CHECK(kind_of(bare_options(), raw) == ErrorKind::empty_answer);
    MessageRequest prompt;
    prompt.system_prompt = "Say hello.";
    CHECK(member(json_of(bare_options(), prompt), "input") ==
          R"([{"type":"message","role":"system","content":"Say hello."}])");
}

TEST_CASE("Headers are those of the settings, but for the user's own, which come with every call") {
    OpenAiResponsesOptions options = bare_options();
    options.organization = "org";
    options.project = "proj";
    options.headers.set("OpenAI-Project", "other");
    options.headers.set("authorization", "Bearer other");
    MessageRequest request = asking();
    request.context.trace_parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const auto headers =
        responses::write_request(options, request, ReasoningReplay::fitting).headers;
    CHECK(headers.get("openai-organization") == "org");
    CHECK(headers.get("openai-project").empty());
    CHECK(headers.get("traceparent") == request.context.trace_parent);
    CHECK(headers.get("authorization").empty());
}
