// The tables of the wire reference, 5.2 and 5.3, row by row.
#include "errors/error_mapping.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fmt/format.h>

#include <map>

using namespace capstan;
using namespace capstan::exchange;
using namespace std::chrono_literals;
using Kind = ErrorKind;

namespace {

ErrorContext with_status(int status) {
    ErrorContext context;
    context.http_status = status;
    return context;
}

ErrorInfo from_json(int status, std::string_view body) {
    return from_http(with_status(status), body, "application/json");
}

ErrorInfo from_error(std::string_view error, int status = 200) {
    return from_error_object(parse_json(error), with_status(status));
}

}  // namespace

TEST_CASE("every HTTP status has its kind and its answer to retrying (wire reference 5.2)") {
    struct {
        int status;
        Kind kind;
        bool retryable;
    } const rows[] = {
        {400, Kind::invalid_request, false},
        {401, Kind::authentication, false},
        {402, Kind::payment_required, false},
        {403, Kind::permission_denied, false},
        {404, Kind::not_found, false},
        {408, Kind::timeout, true},
        {409, Kind::invalid_request, false},
        {412, Kind::invalid_request, false},
        {413, Kind::invalid_request, false},
        {422, Kind::invalid_request, false},
        {429, Kind::rate_limited, true},
        {500, Kind::server, true},
        {501, Kind::server, false},
        {502, Kind::server, true},
        {503, Kind::overloaded, true},
        {504, Kind::timeout, true},
        {520, Kind::server, true},
        {521, Kind::server, true},
        {522, Kind::server, true},
        {523, Kind::server, true},
        {524, Kind::timeout, true},
        {529, Kind::overloaded, true},
    };
    for (const auto& row : rows) {
        const auto body = fmt::format(R"({{"error":{{"code":{},"message":"No."}}}})", row.status);
        for (const auto& info :
             {from_json(row.status, body), from_json(row.status, ""),
              from_json(row.status, "<html><body>x</body></html>"), from_json(200, body)}) {
            INFO(row.status << ' ' << ApiError(info).what());
            CHECK(info.kind == row.kind);
            CHECK(info.retryable == row.retryable);
            if (info.server_message == "No.") CHECK(info.http_status == row.status);
            CHECK_FALSE(info.summary.empty());
            CHECK_FALSE(info.remedy.empty());
        }
    }
}

TEST_CASE("every error_type has its kind and its answer to retrying (wire reference 5.3)") {
    struct {
        const char* word;
        int status;
        Kind kind;
        bool retryable;
    } const rows[] = {
        {"context_length_exceeded", 400, Kind::context_overflow, false},
        {"max_tokens_exceeded", 400, Kind::invalid_request, false},
        {"token_limit_exceeded", 400, Kind::context_overflow, false},
        {"string_too_long", 400, Kind::context_overflow, false},
        {"authentication", 401, Kind::authentication, false},
        {"permission_denied", 403, Kind::permission_denied, false},
        {"payment_required", 402, Kind::payment_required, false},
        {"rate_limit_exceeded", 429, Kind::rate_limited, true},
        {"provider_overloaded", 503, Kind::overloaded, true},
        {"provider_unavailable", 502, Kind::server, true},
        {"invalid_request", 400, Kind::invalid_request, false},
        {"invalid_prompt", 400, Kind::invalid_request, false},
        {"not_found", 404, Kind::not_found, false},
        {"precondition_failed", 412, Kind::invalid_request, false},
        {"payload_too_large", 413, Kind::invalid_request, false},
        {"unprocessable", 422, Kind::invalid_request, false},
        {"content_policy_violation", 400, Kind::content_policy, false},
        {"refusal", 400, Kind::content_policy, false},
        {"invalid_image", 400, Kind::invalid_request, false},
        {"image_too_large", 400, Kind::invalid_request, false},
        {"image_too_small", 400, Kind::invalid_request, false},
        {"unsupported_image_format", 400, Kind::invalid_request, false},
        {"image_not_found", 404, Kind::invalid_request, false},
        {"image_download_failed", 400, Kind::invalid_request, false},
        {"server", 500, Kind::server, true},
        {"timeout", 504, Kind::timeout, true},
        {"unmapped", 500, Kind::server, true},
    };
    for (const auto& row : rows) {
        INFO(row.word);
        // The word wins over a status that says something else.
        const auto chat = from_error(
            fmt::format(R"({{"code":{},"message":"x","metadata":{{"error_type":"{}"}}}})",
                        row.status, row.word));
        const auto messages = from_json(
            row.status,
            fmt::format(
                R"({{"type":"error","error":{{"type":"api_error","message":"x",
              "error_type":"{}"}},)"
                R"("request_id":"gen-9"}})",
                row.word));
        for (const auto& info : {chat, messages}) {
            CHECK(info.kind == row.kind);
            CHECK(info.retryable == row.retryable);
            CHECK(info.http_status == row.status);
            CHECK(info.error_type == row.word);
        }
        CHECK(messages.generation_id == "gen-9");
        const auto responses = from_json(
            200,
            fmt::format(R"({{"id":"gen-7","status":"failed","error":{{"code":"x","message":"y"}},)"
                        R"("error_type":"{}"}})",
                        row.word));
        CHECK(responses.kind == row.kind);
        CHECK(responses.retryable == row.retryable);
        CHECK(responses.generation_id == "gen-7");
    }
}

TEST_CASE("error_type decides before the status") {
    const auto info =
        from_error(R"({"code":502,"message":"x","metadata":{"error_type":"invalid_request"}})");
    CHECK(info.kind == Kind::invalid_request);
    CHECK_FALSE(info.retryable);
    CHECK(info.http_status == 502);
}

TEST_CASE("every availability code, with http_status and no code (wire reference 5.3)") {
    struct {
        const char* code;
        int status;
        Kind kind;
        bool retryable;
    } const rows[] = {
        {"model_not_found", 400, Kind::not_found, false},
        {"wrong_endpoint", 400, Kind::invalid_request, false},
        {"no_endpoints", 404, Kind::not_found, false},
        {"model_deprecated", 404, Kind::not_found, false},
        {"model_unavailable_upstream", 404, Kind::not_found, false},
        {"privacy_restricted", 404, Kind::not_found, false},
        {"constraint_filtered", 404, Kind::not_found, false},
        {"free_variant_ended", 404, Kind::not_found, false},
        {"region_restricted", 403, Kind::permission_denied, false},
        {"capacity_exhausted", 429, Kind::rate_limited, true},
        {"temporarily_unavailable", 503, Kind::overloaded, true},
    };
    for (const auto& row : rows) {
        INFO(row.code);
        const auto body = fmt::format(
            R"({{"error":{{"message":"Not now","http_status":{},"availability":{{"code":"{}",)"
            R"("retryable":{},"requested_models":["a/b"],"docs_url":"https://x.test/d",)"
            R"("retry_after":2.5,"excluded_by":["data_policy:zdr"],"fallback_models":["c/d",
              "e/f"],)"
            R"("constraint":{{"field":"max_price","detail":"too low"}}}},"metadata":{{}}}}}})",
            row.status, row.code, row.retryable);
        const auto info = from_json(row.status, body);
        CHECK(info.kind == row.kind);
        CHECK(info.retryable == row.retryable);
        CHECK(info.http_status == row.status);
        CHECK(info.retry_after == 2500ms);
        CHECK(info.fallback_models == std::vector<std::string>{"c/d", "e/f"});
        const std::string what = ApiError(info).what();
        for (const auto* part : {"data_policy:zdr", "max_price: too low", "c/d, e/f", "x.test/d"})
            CHECK(what.find(part) != std::string::npos);
    }
}

TEST_CASE("availability.retryable decides before error_type and status") {
    CHECK_FALSE(from_error(R"({"message":"x","http_status":503,"error_type":"provider_overloaded",
        "availability":{"code":"temporarily_unavailable","retryable":false}})")
                    .retryable);
    CHECK(from_error(R"({"message":"x","http_status":409,
        "availability":{"code":"something_new","retryable":true}})")
              .retryable);
}

TEST_CASE("pitfall 6: the body's code may be a number, a text, null or missing") {
    CHECK(from_error(R"({"code":429,"message":"x"})").http_status == 429);
    CHECK(from_error(R"({"code":429.0,"message":"x"})").http_status == 429);
    CHECK(from_error(R"({"code":"429","message":"x"})").kind == Kind::rate_limited);
    CHECK(from_error(R"({"code":"429","message":"x"})").code == "429");
    const auto word = from_error(R"({"code":"server_error","message":"x"})");
    CHECK(word.code == "server_error");
    CHECK(word.kind == Kind::server);
    CHECK(word.http_status == 500);
    CHECK(word.retryable);
    CHECK(from_error(R"({"code":null,"message":"x"})", 401).http_status == 401);
    CHECK(from_error(R"({"message":"x"})", 401).kind == Kind::authentication);
    CHECK(from_error(R"({"code":20015,"message":"x"})", 403).http_status == 403);
    CHECK(from_error(R"({"code":0,"message":"x"})", 422).http_status == 422);
    CHECK(from_error(R"({"code":"rate_limit_exceeded","message":"x"})").kind == Kind::rate_limited);
    // The status tells more than the word that other APIs put beside it.
    CHECK(from_error(R"({"type":"invalid_request_error","message":"x"})", 401).kind ==
          Kind::authentication);
}

TEST_CASE("user problem 11: the status in the body of a 200 counts") {
    const auto info = from_json(200, R"({"error":{"code":429,"message":"Rate limit"}})");
    CHECK(info.kind == Kind::rate_limited);
    CHECK(info.http_status == 429);
    CHECK(info.retryable);
}

TEST_CASE("pitfall 24: 402 is retried only with Retry-After or for requests in flight") {
    std::map<std::string, std::string, std::less<>> headers;
    auto context = with_status(402);
    context.header = [&](std::string_view name) {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string_view() : std::string_view(found->second);
    };
    const auto* plain = R"({"error":{"code":402,"message":"Insufficient credits"}})";
    CHECK_FALSE(from_http(context, plain, "application/json").retryable);
    headers["retry-after"] = "3";
    const auto hinted = from_http(context, plain, "application/json");
    CHECK(hinted.retryable);
    CHECK(hinted.retry_after == 3s);
    headers.clear();
    CHECK(from_error(R"({"code":402,"message":"x","metadata":{"reason":"in_flight_budget_exhausted",
        "limit_source":"openrouter_in_flight_budget","headers":{"Retry-After":"7"}}})")
              .retry_after == 7s);
    CHECK(from_error(R"({"code":402,"message":"x",
        "metadata":{"reason":"in_flight_budget_exhausted"}})")
              .retryable);
    CHECK_FALSE(from_error(R"({"code":402,"message":"x","metadata":{
        "limit_source":"openrouter_in_flight_budget","reason":"weight_exceeds_budget"}})")
                    .retryable);
}

TEST_CASE("an account that Anthropic says is empty needs money, not another request") {
    const auto info = from_json(
        400, R"({"type":"error","error":{"type":"invalid_request_error","message":"Your credit )"
             R"(balance is too low to access the Anthropic API. Please go to Plans & Billing to )"
             R"(upgrade or purchase credits."},"request_id":"req_1"})");
    CHECK(info.kind == Kind::payment_required);
    CHECK_FALSE(info.retryable);
    CHECK(info.request_id == "req_1");
    CHECK(info.remedy.find("Add credits") != std::string::npos);
    CHECK(from_json(429, R"({"error":{"message":"credit balance is too low"}})").kind ==
          Kind::rate_limited);
}

TEST_CASE("the id of a request is the answer's header's, else the error's own") {
    const std::string_view error = R"({"type":"api_error","message":"x","request_id":"req_1"})";
    ErrorContext context = with_status(200);
    CHECK(from_error_object(parse_json(error), context).request_id == "req_1");
    context.request_id = "req_2";
    CHECK(from_error_object(parse_json(error), context).request_id == "req_2");
    context.secrets.push_back("req_2");
    CHECK(from_error_object(parse_json(error), context).request_id != "req_2");
    CHECK(truncated(with_status(200)).request_id.empty());
}

TEST_CASE("the longest of all waits that an answer asks for counts") {
    std::map<std::string, std::string, std::less<>> headers{{"retry-after", "4"}};
    auto context = with_status(429);
    context.now = std::chrono::system_clock::time_point(1'759'671'175s);
    context.header = [&](std::string_view name) {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string_view() : std::string_view(found->second);
    };
    const auto wait = [&](std::string_view error) {
        return from_error_object(parse_json(error), context).retry_after;
    };
    CHECK(wait(R"({"code":429})") == 4s);
    CHECK(wait(R"("too many")") == 4s);
    CHECK(wait(R"({"code":429,"availability":{"retry_after":9}})") == 9s);
    CHECK(wait(R"({"code":429,"availability":{"retry_after":null}})") == 4s);
    CHECK(wait(R"({"code":429,"metadata":{"retry_after_seconds":6}})") == 6s);
    CHECK(wait(R"({"code":429,"metadata":{"headers":{"X-RateLimit-Reset":"1759671180000"}}})") ==
          5s);
    CHECK(wait(R"({"code":429,"metadata":{"headers":{"X-RateLimit-Reset":1759671180000}}})") == 5s);
    CHECK(wait(R"({"code":429,"metadata":{"headers":{"Retry-After":"11"}}})") == 11s);
    headers["x-ratelimit-reset"] = "1759671205000";
    CHECK(wait(R"({"code":429})") == 30s);
    CHECK(wait(R"({"code":429,"availability":{"retry_after":-9}})") == 30s);
    CHECK(*wait(R"({"code":429,"availability":{"retry_after":1e300}})") > 24h);
}

TEST_CASE("503 without an endpoint that meets the request is not worth waiting for") {
    const auto* text = R"({"code":503,"message":
        "There is no available model provider that meets your routing requirements"})";
    CHECK_FALSE(from_error(text).retryable);
    auto context = with_status(503);
    context.header = [](std::string_view name) {
        return name == "retry-after" ? std::string_view("2") : std::string_view();
    };
    CHECK(from_error_object(parse_json(text), context).retryable);
}
