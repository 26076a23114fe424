#include "errors/error_mapping.hpp"
#include "responses_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace responses_fixture;

TEST_CASE("Errors of this API have their kinds, as a status and inside an answer") {
    struct Row {
        int status;  // 0: only inside an answer
        const char* error;
        ErrorKind kind;
        bool retryable;
        bool by_status = false;  // without its status it says too little
    };
    const Row rows[] = {
        {400, R"({"message":"Your input exceeds the context window of this model. Please adjust )"
              R"(your input and try again.","type":"invalid_request_error","param":"input",)"
              R"("code":"context_length_exceeded"})",
         ErrorKind::context_overflow, false},
        {429, R"({"message":"Rate limit reached for gpt-5 in organization org-1 on tokens per min )"
              R"((TPM): Limit 30000","type":"tokens","param":null,"code":"rate_limit_exceeded"})",
         ErrorKind::rate_limited, true},
        {429, R"({"message":"You exceeded your current quota, please check your plan and billing )"
              R"(details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"})",
         ErrorKind::payment_required, false},
        {400, R"({"message":"The encrypted content gAAA could not be verified. Reason: Encrypted )"
              R"(content could not be decrypted or parsed.","type":"invalid_request_error",)"
              R"("param":null,"code":"invalid_encrypted_content"})",
         ErrorKind::invalid_signature, false},
        {400, R"({"message":"Item 'rs_1' of type 'reasoning' was provided without its required )"
              R"(following item.","type":"invalid_request_error","param":"input","code":null})",
         ErrorKind::invalid_signature, false},
        {401, R"({"message":"Incorrect API key provided: sk-x.","type":"invalid_request_error",)"
              R"("param":null,"code":"invalid_api_key"})",
         ErrorKind::authentication, false, true},
        {404, R"({"message":"The model 'gpt-9' does not exist or you do not have access to it.",)"
              R"("type":"invalid_request_error","param":null,"code":"model_not_found"})",
         ErrorKind::not_found, false, true},
        {500, R"({"message":"An error occurred while processing your request.","type":)"
              R"("server_error","param":null,"code":"server_error"})",
         ErrorKind::server, true},
        {0, R"({"code":"server_error","message":"The model produced an error."})",
         ErrorKind::server, true},
        {0, R"({"code":"rate_limit_exceeded","message":"Slow down."})", ErrorKind::rate_limited,
         true},
        {0, R"({"code":"invalid_prompt","message":"Your prompt was refused."})",
         ErrorKind::invalid_request, false},
    };
    for (const Row& row : rows) {
        INFO(row.error);
        exchange::ErrorContext context;
        context.http_status = 200;
        const auto inside = exchange::from_error_object(parse_json(row.error), context);
        if (!row.by_status) CHECK(to_string(inside.kind) == to_string(row.kind));
        CHECK(inside.retryable == row.retryable);
        CHECK(inside.code.empty() == (std::string_view(row.error).find(R"("code":null)") !=
                                      std::string_view::npos));
        if (row.status == 0) continue;
        context.http_status = row.status;
        const auto outside = exchange::from_http(context, R"({"error":)" + std::string(row.error) +
                                                 "}", "application/json");
        CHECK(to_string(outside.kind) == to_string(row.kind));
        CHECK(outside.retryable == row.retryable);
    }
}

TEST_CASE("An image that the server cannot use is no failure of the server") {
    for (const char* code :
         {"invalid_image", "invalid_base64_image", "invalid_image_url", "invalid_image_format",
          "invalid_image_mode", "image_parse_error", "image_too_large", "image_too_small",
          "image_file_too_large", "unsupported_image_media_type", "empty_image_file",
          "failed_to_download_image", "image_file_not_found", "image_content_policy_violation"}) {
        INFO(code);
        const auto reading = read_events(
            {R"({"type":"response.failed","response":{"status":"failed","error":{"code":")" +
             std::string(code) + R"(","message":"The image cannot be used."}}})"});
        REQUIRE(reading->decoder().error());
        exchange::ErrorContext context;
        context.http_status = 200;
        const auto info =
            exchange::from_error_object(reading->decoder().error()->object, context);
        const bool policy = std::string_view(code) == "image_content_policy_violation";
        CHECK(info.kind == (policy ? ErrorKind::content_policy : ErrorKind::invalid_request));
        CHECK_FALSE(info.retryable);
        CHECK(info.http_status == 400);
        CHECK(info.code == code);
    }
}
