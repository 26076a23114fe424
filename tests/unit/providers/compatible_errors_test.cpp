#include "errors/error_mapping.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace capstan;
using namespace capstan::exchange;
using Catch::Matchers::ContainsSubstring;

namespace {

ErrorInfo judge(int status, std::string_view body, const ProviderSite& site) {
    ErrorContext context;
    context.http_status = status;
    context.site = &site;
    context.secrets = {"sk-secret"};
    return from_http(context, body, "application/json");
}

ProviderSite named(std::string name) {
    ProviderSite site;
    site.name = std::move(name);
    return site;
}

struct Case {
    const char* who;
    int status;
    const char* body;
    ErrorKind kind;
    bool retryable;
    const char* words;   ///< somewhere in the server's message
    const char* remedy;  ///< somewhere in ours
};

const std::vector<Case> cases = {
    {"llama.cpp", 400,
     R"({"error":{"code":400,"message":"request (12018 tokens) exceeds the available context size )"
     R"((2048 tokens), try increasing it","type":"exceed_context_size_error",)"
     R"("n_prompt_tokens":12018,"n_ctx":2048}})",
     ErrorKind::context_overflow, false, "12018 tokens", "Shorten"},
    {"llama.cpp", 503,
     R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})",
     ErrorKind::overloaded, true, "Loading model", "Wait until the model is loaded"},
    {"llama.cpp", 401,
     R"({"error":{"message":"Invalid API Key","type":"authentication_error","code":401}})",
     ErrorKind::authentication, false, "Invalid API Key", "API key"},
    {"llama.cpp", 500,
     R"({"error":{"code":500,"message":"image input is not supported - hint: if this is )"
     R"(unexpected, you may need to provide the mmproj","type":"server_error"}})",
     ErrorKind::invalid_request, false, "image input", "parameters"},
    {"llama.cpp", 501,
     R"({"error":{"code":501,"message":"This server does not support tools. Start it with )"
     R"(`--jinja`","type":"not_supported_error"}})",
     ErrorKind::server, false, "--jinja", ""},
    {"Ollama", 404,
     R"({"error":{"message":"model \"qwen3\" not found, try pulling it first","type":)"
     R"("api_error","param":null,"code":null}})",
     ErrorKind::not_found, false, "not found", "ollama pull"},
    {"Ollama", 404, R"({"error":"model 'qwen3' not found, try pulling it first"})",
     ErrorKind::not_found, false, "not found", "ollama pull"},
    {"Ollama", 404, "404 page not found", ErrorKind::not_found, false, "page not found",
     "base URL"},
    {"Ollama", 400, R"({"error":{"message":"qwen does not support tools","type":"api_error"}})",
     ErrorKind::invalid_request, false, "tools", ""},
    {"vLLM", 400,
     R"({"object":"error","message":"This model's maximum context length is 8192 tokens. However, )"
     R"(you requested 9000 tokens. Please reduce the length of the messages.","type":)"
     R"("BadRequestError","param":null,"code":400})",
     ErrorKind::context_overflow, false, "8192", "Shorten"},
    {"vLLM", 404,
     R"({"object":"error","message":"The model `x` does not exist.","type":"NotFoundError",)"
     R"("param":null,"code":404})",
     ErrorKind::not_found, false, "does not exist", "model id"},
    {"vLLM", 400,
     R"({"error":{"message":"max_tokens must be at least 1","type":"BadRequestError","code":400}})",
     ErrorKind::invalid_request, false, "max_tokens", ""},
    {"vLLM", 422, R"({"detail":[{"loc":["body","x"],"msg":"Extra inputs are not permitted"}]})",
     ErrorKind::invalid_request, false, "Extra inputs", ""},
    {"LM Studio", 400,
     R"({"error":"Trying to keep the first 10136 tokens when context the overflows. However, the )"
     R"(model is loaded with context length of only 7866 tokens, which is not enough."})",
     ErrorKind::context_overflow, false, "7866", "Shorten"},
    {"LM Studio", 404,
     R"({"error":{"message":"No models loaded. Please load a model in the developer page or use )"
     R"(the `lms load` command.","type":"invalid_request_error","param":"model","code":)"
     R"("model_not_found"}})",
     ErrorKind::not_found, false, "No models loaded", "lms load"},
    {"LM Studio", 400,
     R"({"error":"Invalid tool_choice type: 'object'. Supported string values: none, auto"})",
     ErrorKind::invalid_request, false, "tool_choice", ""},
    {"OpenAI", 401,
     R"({"error":{"message":"Incorrect API key provided: sk-secret.","type":)"
     R"("invalid_request_error","param":null,"code":"invalid_api_key"}})",
     ErrorKind::authentication, false, "Incorrect API key", "key"},
    {"OpenAI", 429,
     R"({"error":{"message":"You exceeded your current quota, please check your plan.","type":)"
     R"("insufficient_quota","param":null,"code":"insufficient_quota"}})",
     ErrorKind::payment_required, false, "quota", "credits"},
    {"OpenAI", 429,
     R"({"error":{"message":"Rate limit reached for gpt-5 on tokens per min","type":)"
     R"("tokens","param":null,"code":"rate_limit_exceeded"}})",
     ErrorKind::rate_limited, true, "tokens per min", "fewer requests"},
    {"OpenAI", 400,
     R"({"error":{"message":"This model's maximum context length is 4097 tokens.","type":)"
     R"("invalid_request_error","param":"messages","code":"context_length_exceeded"}})",
     ErrorKind::context_overflow, false, "4097", "Shorten"},
    {"OpenAI", 404,
     R"({"error":{"message":"The model `gpt-9` does not exist","type":"invalid_request_error",)"
     R"("param":null,"code":"model_not_found"}})",
     ErrorKind::not_found, false, "gpt-9", "model id"},
    {"OpenAI", 400,
     R"({"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this )"
     R"(model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":)"
     R"("max_tokens","code":"unsupported_parameter"}})",
     ErrorKind::invalid_request, false, "max_completion_tokens", "parameters"},
    {"DeepSeek", 402,
     R"({"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":)"
     R"("invalid_request_error"}})",
     ErrorKind::payment_required, false, "Insufficient Balance", "credits"},
    {"DeepSeek", 503, R"({"error":{"message":"Service is too busy","type":"x"}})",
     ErrorKind::overloaded, true, "busy", "later"},
    {"Mistral", 422,
     R"({"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body",)"
     R"("max_completion_tokens"],"msg":"Extra inputs are not permitted","input":32000}]},"type":)"
     R"("invalid_request_error","param":null,"code":null})",
     ErrorKind::invalid_request, false, "Extra inputs", ""},
    {"some proxy", 502, "<html><body><h1>Bad Gateway</h1></body></html>", ErrorKind::server, true,
     "Bad Gateway", ""},
    {"some proxy", 500, "", ErrorKind::server, true, "", ""},
};

}  // namespace

TEST_CASE("the errors of all servers have their kind, their words and a remedy") {
    for (const Case& known : cases) {
        const ProviderSite site = named(known.who);
        const ErrorInfo info = judge(known.status, known.body, site);
        INFO(known.who << ' ' << known.status << ' ' << known.body);
        CHECK(to_string(info.kind) == to_string(known.kind));
        CHECK(info.retryable == known.retryable);
        CHECK(info.http_status == known.status);
        CHECK_THAT(info.server_message, ContainsSubstring(known.words));
        CHECK_THAT(info.remedy, ContainsSubstring(known.remedy));
        // Advice that only makes sense with a router, and names of other services.
        CHECK_THAT(info.remedy, !ContainsSubstring("other providers"));
        CHECK_THAT(info.remedy, !ContainsSubstring("routing"));
        const std::string all = info.summary + info.remedy + info.server_message;
        CHECK_THAT(all, !ContainsSubstring("OpenRouter"));
        CHECK_THAT(all + to_json_text(info.raw), !ContainsSubstring("sk-secret"));
    }
}

TEST_CASE("errors inside a stream have the same kinds") {
    const auto [body, kind] = GENERATE(table<const char*, ErrorKind>({
        {R"({"code":400,"message":"the request exceeds the available context size",)"
         R"("type":"exceed_context_size_error"})", ErrorKind::context_overflow},
        {R"({"code":503,"message":"Loading model","type":"unavailable_error"})",
         ErrorKind::overloaded},
        {R"({"message":"boom","type":"exceed_context_size_error"})", ErrorKind::context_overflow},
        {R"({"message":"Context size has been exceeded."})", ErrorKind::context_overflow},
        {R"({"message":"The model has crashed"})", ErrorKind::server},
        {R"({"object":"error","message":"x","type":"InternalServerError","code":500})",
         ErrorKind::server},
    }));
    const ProviderSite site = named("llama.cpp");
    ErrorContext context;
    context.http_status = 200;
    context.phase = ErrorPhase::mid_stream;
    context.site = &site;
    INFO(body);
    const ErrorInfo info = from_error_object(parse_json(body), context);
    CHECK(to_string(info.kind) == to_string(kind));
    CHECK(info.phase == ErrorPhase::mid_stream);
}
