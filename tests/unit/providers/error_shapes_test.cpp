// Where the words are: every shape of the wire reference 4.6, 5.1, 5.4 and 5.5, and reported
// bodies.
#include "errors/error_mapping.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fmt/format.h>

using namespace capstan;
using namespace capstan::exchange;
using namespace std::chrono_literals;
using Kind = ErrorKind;

namespace {

constexpr const char* key = "local-key-0123456789";

const ProviderSite& test_site() {
    static const auto site = [] {
        ProviderSite made;
        made.name = "Testers";
        made.key_variable = "TESTERS_API_KEY";
        return made;
    }();
    return site;
}

ErrorContext with_status(int status) {
    ErrorContext context;
    context.site = &test_site();
    context.http_status = status;
    context.secrets = {key};
    return context;
}

ErrorInfo from_json(int status, std::string_view body) {
    return from_http(with_status(status), body, "application/json");
}

std::string what(const ErrorInfo& info) { return ApiError(info).what(); }

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

/// "Provider returned error" around a raw text.
ErrorInfo with_raw(const json::value& raw, int code = 400) {
    json::object metadata;
    metadata["raw"] = raw;
    metadata["provider_name"] = "Azure";
    json::object error;
    error["code"] = code;
    error["message"] = "Provider returned error";
    error["metadata"] = metadata;
    return from_error_object(error, with_status(code));
}

}  // namespace

TEST_CASE("user problem 32: the provider's own words come out of metadata.raw, however wrapped") {
    struct {
        const char* raw;
        const char* text;
    } const rows[] = {
        {"plain words", "plain words"},
        {R"({"error":{"message":"Missing parameter","type":"invalid_request_error"}})",
         "Missing parameter"},
        {R"({"code":400,"msg":"not found"})", "not found"},
        {R"({"detail":[{"loc":["body"],"msg":"field required"},{"msg":"too short"}]})",
         "field required; too short"},
        {R"({"error":{"message":{"message":"Invalid JSON data"}}})", "Invalid JSON data"},
        {R"({"error":"Content is bad"})", "Content is bad"},
        {R"({"error":"{\"error\":{\"message\":\"inner\"}}"})", "inner"},
        {R"({"error":{"message":"Provider returned error","metadata":{"raw":"deep"}}})", "deep"},
        {R"({"details":{"detail":"d"}})", "d"},
        {R"(Error code: 400 - {"error":{"message":"behind words"}})", "behind words"},
        {R"([{"error":{"code":400,"message":"in a list"}}])", "in a list"},
        {R"({"error":{"message":"cut off)", R"({"error":{"message":"cut off)"},
    };
    for (const auto& row : rows) {
        INFO(row.raw);
        const auto info = with_raw(row.raw);
        CHECK(info.server_message == row.text);
        CHECK(info.provider_name == "Azure");
        CHECK(has(what(info), row.text));
        CHECK(has(what(info), "Azure"));
    }
    CHECK(with_raw(parse_json(R"({"error":{"message":"an object"}})")).server_message ==
          "an object");
    CHECK(with_raw(nullptr).server_message == "Provider returned error");
    CHECK(with_raw("").server_message == "Provider returned error");
    std::string deep = "1";
    for (int i = 0; i < 100; ++i) deep = "{\"error\":" + deep + "}";
    CHECK(with_raw(json::string(deep)).server_message.size() > 0);
}

TEST_CASE("user problem 15, context overflow is recognised in every spelling, also inside raw") {
    for (const auto* text :
         {"This endpoint's maximum context length is 131072 tokens. However, you requested 200000",
          "prompt is too long: 210000 tokens > 200000 maximum",
          "Input is too long for requested model.",
          "Your input exceeds the context window of this model.", "context_length_exceeded",
          "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
          "The input token count (1100000) exceeds the maximum number of tokens allowed (1048576)",
          "Please reduce the length of the messages or completion.",
          "Requested token count exceeds the model's maximum context length",
          "exceeds the available context size", "Context size has been exceeded.",
          "model_max_prompt_tokens_exceeded"}) {
        INFO(text);
        for (const auto& info :
             {with_raw(text), with_raw(json::value(text), 500),
              from_json(400, fmt::format(R"({{"error":{{"message":"{}"}}}})", text))}) {
            CHECK(info.kind == Kind::context_overflow);
            CHECK_FALSE(info.retryable);
        }
    }
    CHECK(from_json(400, R"({"error":{"code":"context_length_exceeded","message":"x"}})").kind ==
          Kind::context_overflow);
}

TEST_CASE("a rate limit in tokens is no overflow") {
    CHECK(with_raw("Too many tokens, please wait before trying again.", 429).kind ==
          Kind::rate_limited);
    CHECK(
        with_raw("Request too large: rate limit of tokens per minute, maximum context", 413).kind ==
        Kind::invalid_request);
    CHECK(from_json(400, R"({"error":{"message":"context window","metadata":{
        "error_type":"rate_limit_exceeded"}}})")
              .kind == Kind::rate_limited);
}

TEST_CASE("pitfall 14, user problems 2, 3, 4, 7: a refused signature is recognised") {
    for (const auto* text :
         {"messages.1.content.0: Invalid `signature` in `thinking` block",
          "Invalid signature in thinking block", "Corrupted thought signature.",
          "The encrypted content gAAA... could not be verified. Reason: ...",
          "invalid_encrypted_content",
          "Unable to submit request because function call `f` in the "
          "2. content block is missing a `thought_signature`.",
          "Function call is missing a thought_signature in functionCall parts.",
          "messages.3.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant "
          "message cannot be modified.",
          "This conversation has encrypted reasoning or compaction content that was produced under "
          "a different model"}) {
        INFO(text);
        const auto info = with_raw(text);
        CHECK(info.kind == Kind::invalid_signature);
        CHECK_FALSE(info.retryable);
        CHECK(has(info.remedy, "reasoning details"));
    }
    const auto pinned = from_json(404, R"({"error":{"code":404,"message":"No endpoint","metadata":{
        "pinned_endpoint_slug":"openai","available_endpoint_count":0}}})");
    CHECK(pinned.kind == Kind::invalid_signature);
    CHECK(with_raw("Corrupted thought signature", 429).kind == Kind::rate_limited);
}

TEST_CASE("moderation and guardrails say why (wire reference 5.4)") {
    const auto flagged =
        from_json(403, R"({"error":{"code":403,"message":"Input was flagged","metadata":{
        "reasons":["violence","hate"],"flagged_input":"how to ... it","provider_name":"OpenAI",
        "model_slug":"openai/gpt-4o"}}})");
    CHECK(flagged.kind == Kind::permission_denied);
    CHECK(flagged.provider_name == "OpenAI");
    for (const auto* part : {"violence, hate", "how to ... it", "OpenAI"})
        CHECK(has(what(flagged), part));
    const auto guarded = from_json(403, R"({"error":{"code":403,"message":"Blocked","metadata":{
        "patterns":["ssn","card"]}},"openrouter_metadata":{"pipeline":[]}})");
    CHECK(has(what(guarded), "ssn, card"));
    const auto budget =
        from_json(403, R"({"error":{"code":403,"message":"Budget limit exceeded","metadata":{
        "limit_source":"openrouter_workspace_budget","limit_usd":5,
              "resets_at":"2026-02-01T00:00:00Z"}}})");
    CHECK(has(what(budget), "budget of the workspace"));
    CHECK(has(what(budget), "2026-02-01T00:00:00Z"));
    CHECK_FALSE(budget.retryable);
}

TEST_CASE("user problem 13: a 402 says how many tokens can be paid") {
    const auto info = from_json(
        402,
        R"({"error":{"message":"This request requires more credits,)"
        R"( or fewer max_tokens. You requested up to 65535 tokens, but can only afford 2048. To grow,)"
        R"( visit ...","code":402,"metadata":{"limit_source":"openrouter_credits",
              "remedy_hint":"Top up now",
        "provider_name":null,"previous_errors":[{"code":402,"message":"x"}]}},
              "user_id":"user_1"})");
    CHECK(info.kind == Kind::payment_required);
    CHECK_FALSE(info.retryable);
    CHECK(has(info.remedy, "Top up now."));
    CHECK(has(info.remedy, "at most 2048"));
    CHECK(has(what(info), "account's credits"));
    CHECK(has(what(info), "a provider 402"));
    CHECK(affordable_tokens("can only afford 1,234.") == 1234);
    CHECK_FALSE(affordable_tokens("can only afford nothing"));
    CHECK_FALSE(affordable_tokens("x"));
    CHECK(affordable_tokens("can only afford 99999999999999999999999"));
}

TEST_CASE("429 of the free tier and of a provider account (wire reference 5.5)") {
    auto context = with_status(429);
    context.now = std::chrono::system_clock::time_point(1'759'671'175s);
    const auto daily = from_http(context, R"({"error":{"code":429,"message":
        "Rate limit exceeded: free-models-per-day",
              "metadata":{"limit_source":"openrouter_free_tier_daily",
        "headers":{"X-RateLimit-Limit":"50","X-RateLimit-Remaining":"0",
              "X-RateLimit-Reset":"1759708800000"},
        "provider_name":null}},"user_id":"u"})",
                                 "application/json");
    CHECK(daily.retryable);
    CHECK(*daily.retry_after > 10h);
    CHECK(has(what(daily), "Try again in 10 h 28 min."));
    CHECK(has(what(daily), "daily limit of free models"));
    const auto byok =
        from_json(429, R"({"error":{"code":429,"message":"Provider returned error","metadata":{
        "raw":"slow down","provider_name":"Google","is_byok":true,
              "limit_source":"upstream_provider_account",
        "previous_errors":[{"provider_name":"Google AI Studio","code":429,"raw":"x"},
        {"provider":"Azure","status":503}]}}})");
    CHECK(has(what(byok), "your own account at the provider"));
    CHECK(has(what(byok), "Google AI Studio 429, Azure 503"));
}

TEST_CASE("404: the remedy fits the reason") {
    const auto policy = from_json(
        404,
        R"({"error":{"code":404,"message":"0 endpoints out of 1)"
        R"( requested are available matching your guardrail restrictions and data policy",
              "metadata":{
        "ineligibility_reasons":["training"]}}})");
    CHECK(has(policy.remedy, "data policy"));
    CHECK(has(policy.summary, "training"));
    CHECK(has(
        from_json(404,
                  R"({"error":{"code":404,"message":"No endpoints found that support tool use."}})")
            .remedy,
        "parameters"));
    CHECK(has(
        from_json(404, R"({"error":{"code":404,"message":"No endpoints found for x/y."}})").remedy,
        "model id"));
    CHECK(has(from_json(401, R"({"error":{"code":401,"message":"x"}})").remedy,
              "TESTERS_API_KEY"));
}

TEST_CASE("user problem 10, pitfall 5: errors inside answers and chunks") {
    const auto context = [] {
        auto made = with_status(200);
        made.phase = ErrorPhase::mid_stream;
        return made;
    }();
    const auto answer = [&](std::string_view text) {
        return from_answer(parse_json(text).as_object(), context);
    };
    const auto chunk =
        answer(R"({"id":"gen-1","object":"chat.completion.chunk","model":"openai/gpt-4o",
        "provider":"OpenAI","error":{"code":429,"message":"Slow down","metadata":{
        "error_type":"rate_limit_exceeded","provider_code":"rate_limited"}},
        "choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]})");
    REQUIRE(chunk);
    CHECK(chunk->kind == Kind::rate_limited);
    CHECK(chunk->phase == ErrorPhase::mid_stream);
    CHECK(chunk->generation_id == "gen-1");
    CHECK(chunk->provider_name == "OpenAI");
    CHECK(chunk->server_message == "Slow down");
    CHECK(has(chunk->summary, "in the middle of the answer"));

    const auto empty_choices = answer(R"({"id":"gen-2","choices":[],"error":{"code":502,
        "message":"JSON error injected into SSE stream",
              "metadata":{"error_type":"provider_unavailable"}}})");
    REQUIRE(empty_choices);
    CHECK(empty_choices->http_status == 502);
    CHECK(empty_choices->retryable);

    const auto partial = answer(R"({"id":"gen-3","choices":[{"message":{"content":"partial"},
        "finish_reason":"error","error":{"code":"server_error","message":"Gone"}}]})");
    REQUIRE(partial);
    CHECK(partial->code == "server_error");
    CHECK(partial->server_message == "Gone");

    const auto bare = answer(R"({"id":"gen-4","provider":"Google","choices":[{"delta":{},
        "finish_reason":"error","native_finish_reason":"MALFORMED_FUNCTION_CALL"}]})");
    REQUIRE(bare);
    CHECK(has(what(*bare), "MALFORMED_FUNCTION_CALL"));
    CHECK(has(what(*bare), "Google"));
    CHECK(bare->generation_id == "gen-4");

    const auto text = answer(R"({"error":"plain words"})");
    REQUIRE(text);
    CHECK(text->server_message == "plain words");

    CHECK_FALSE(answer(R"({"id":"gen-5","error":null,"choices":[{"delta":{"content":"x"},
        "finish_reason":null,"error":null}]})"));
    CHECK_FALSE(answer(R"({"choices":[{"finish_reason":"stop"}]})"));
    CHECK_FALSE(answer(R"({"choices":[null,7]})"));
    CHECK_FALSE(answer(R"({})"));
}

TEST_CASE("user problem 11: padding before the JSON of an error in a 200") {
    const auto info = from_json(200,
                                "\n         \n\n         \n"
                                R"({"error":{"message":"Provider returned error","code":400}})");
    CHECK(info.kind == Kind::invalid_request);
    CHECK(info.http_status == 400);
}

TEST_CASE("the envelopes of the other two APIs, and of strangers") {
    const auto overloaded = from_json(529, R"({"type":"error","error":{"type":"overloaded_error",
        "message":"Overloaded"},"request_id":"req_011"})");
    CHECK(overloaded.kind == Kind::overloaded);
    CHECK(overloaded.request_id == "req_011");
    const auto billing =
        from_json(200, R"({"type":"error","error":{"type":"billing_error","message":"x"}})");
    CHECK(billing.kind == Kind::payment_required);
    const auto failed = from_json(200, R"({"type":"response.failed","response":{"id":"gen-8",
        "status":"failed","error":{"code":"rate_limit_exceeded","message":"x"}}})");
    CHECK(failed.kind == Kind::rate_limited);
    CHECK(failed.generation_id == "gen-8");
    CHECK(from_json(400, R"({"success":false,"error":{"name":"ZodError","message":
        "[{\"expected\":\"record\",\"message\":\"Invalid input: expected record\"}]"}})")
              .server_message == "Invalid input: expected record");
    CHECK(from_json(422, R"({"detail":"Unprocessable"})").server_message == "Unprocessable");
    CHECK(from_json(404, R"({"message":"no route"})").server_message == "no route");
    CHECK(from_json(500, R"({"error":"boom"})").server_message == "boom");
    CHECK(from_json(400, R"([{"error":{"code":400,"message":"in a list"}}])").server_message ==
          "in a list");
    CHECK(from_json(400, "{}").kind == Kind::invalid_request);
    CHECK(from_json(400, "[]").kind == Kind::invalid_request);
    CHECK(from_json(400, R"({"error":true})").kind == Kind::invalid_request);
}

TEST_CASE("bodies that are no JSON: status and the first words") {
    const auto page =
        from_http(with_status(502), R"(<!DOCTYPE html><html><head><title>openrouter.ai | 502:
        Bad gateway</title><style>body { color: red }</style><script>var a = "<b>";</script></head>
        <body><!-- hidden --><h1>Bad&nbsp;gateway</h1> <p>a &amp; b</p></body></html>)",
                  "text/html");
    CHECK(page.server_message == "openrouter.ai | 502: Bad gateway Bad gateway a & b");
    CHECK(page.retryable);
    CHECK(page.http_status == 502);
    CHECK(from_http(with_status(524), "", "").server_message == "timeout at the edge");
    CHECK(from_http(with_status(500), "  \n", "text/plain").server_message == "no explanation");
    const auto cut = from_http(with_status(500), R"({"error":{"message":"ab)", "application/json");
    CHECK(has(cut.server_message, "ab"));
    const auto binary = from_http(with_status(500), std::string("\xff\xfe\0x", 4), "");
    CHECK(is_valid_utf8(binary.server_message));
    const auto large = from_http(with_status(500), std::string(1'000'000, 'x'), "text/plain");
    CHECK(large.server_message.size() < 400);
    const auto captive = from_http(with_status(200), "<html>Log in</html>", "text/html");
    CHECK(captive.kind == Kind::malformed);
    CHECK_FALSE(captive.retryable);
    CHECK(has(what(captive), "Log in"));
    CHECK(from_http(with_status(200), R"({"hello":1})", "application/json").kind ==
          Kind::malformed);
}

TEST_CASE("headers give the ids that a report needs") {
    HttpHeaders headers;
    headers.add("X-Generation-Id", "gen-11");
    headers.add("X-Request-Id", "req-2");
    headers.add("Retry-After", "5");
    const auto context = context_of(503, headers, ErrorPhase::before_first_chunk);
    const auto info =
        from_http(context, R"({"error":{"code":503,"message":"x"}})", "application/json");
    CHECK(info.generation_id == "gen-11");
    CHECK(info.request_id == "req-2");
    CHECK(info.retry_after == 5s);
}

TEST_CASE("the key comes out of no field, wherever a server puts it") {
    const std::string secret = key;
    const auto body = fmt::format(
        R"({{"id":"{0}","provider":"{0}","user_id":"{0}","request_id":"{0}",
              "error":{{"code":"{0}",)"
        R"("message":"bad key {0}","type":"{0}","error_type":"{0}","http_status":400,)"
        R"("availability":{{"code":"{0}","retryable":false,"docs_url":"https://x/{0}",)"
        R"("fallback_models":["{0}"],"excluded_by":["{0}"],"constraint":{{"field":"{0}",
              "detail":"{0}"}}}},)"
        R"("metadata":{{"raw":"{{\"error\":{{\"message\":\"{0}\"}}}}","provider_name":"{0}",
              "{0}":"{0}",)"
        R"("error_type":"{0}","limit_source":"{0}","reason":"{0}","remedy_hint":"{0}",
              "resets_at":"{0}",)"
        R"("reasons":["{0}"],"patterns":["{0}"],"flagged_input":"{0}",
              "pinned_endpoint_slug":"{0}",)"
        R"("ineligibility_reasons":["{0}"],"headers":{{"Authorization":"Bearer {0}"}},)"
        R"("previous_errors":[{{"provider_name":"{0}","code":"{0}"}}]}}}}}})",
        secret);
    const auto body_value = parse_json(body);
    auto context = with_status(400);
    context.header = [&](std::string_view) { return std::string_view(secret); };
    context.generation_id = "";
    auto plain_context = with_status(400);
    const ErrorInfo infos[] = {
        from_http(context, body, "application/json"),
        from_http(plain_context, "<p>" + secret + "</p>", "text/html"),
        from_http(plain_context, body.substr(0, body.size() - 9), "application/json"),
        from_http(plain_context, std::string(295, 'x') + ' ' + secret, secret),
        from_http(with_status(200), "page " + secret, secret),
        *from_answer(body_value.as_object(), context),
        from_error_object(body_value.at("error"), context),
        from_error_object(json::value(secret), context),
        error_finish(secret, context),
        empty_answer(secret, secret, context),
        malformed(secret, context),
        from_http_error(HttpError(HttpErrorKind::network, "GET " + secret), context),
        truncated(context),
        cancelled(context),
    };
    for (const auto& info : infos) {
        std::string all = what(info) + info.summary + info.remedy + info.code + info.error_type +
                          info.provider_name + info.server_message + info.generation_id +
                          info.request_id + json::serialize(info.raw);
        for (const auto& model : info.fallback_models) all += model;
        INFO(all);
        CHECK_FALSE(has(all, secret));
        CHECK_FALSE(has(all, "local-key-01"));
    }
}
