#include "openrouter/openrouter_site.hpp"

#include "anthropic/anthropic_dialect.hpp"
#include "responses/responses_dialect.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace capstan;

TEST_CASE("OpenRouter is known by its host, and by nothing that looks like it") {
    CHECK(openrouter::is_openrouter("https://openrouter.ai/api/v1"));
    CHECK(openrouter::is_openrouter("https://openrouter.ai"));
    CHECK_FALSE(openrouter::is_openrouter(""));
    CHECK_FALSE(openrouter::is_openrouter("https://openrouter.ai.example.com/api/v1"));
    CHECK_FALSE(openrouter::is_openrouter("https://openrouter.ai@example.com/api/v1"));
    CHECK_FALSE(openrouter::is_openrouter("http://openrouter.ai/api/v1"));
}

TEST_CASE("The other APIs take OpenRouter's key to OpenRouter, and their own to their own place") {
    OpenAiResponsesOptions responses;
    CHECK(responses::ResponsesDialect(responses).site().key_variable == "OPENAI_API_KEY");
    responses.base_url = "https://openrouter.ai/api/v1";
    CHECK(responses::ResponsesDialect(responses).site().key_variable == "OPENROUTER_API_KEY");
    CHECK(responses::ResponsesDialect(responses).site().name == "OpenRouter");

    const auto sent = [](const AnthropicOptions& options) {
        HttpHeaders headers;
        anthropic::AnthropicDialect(options).authorize(headers, "k");
        return headers;
    };
    AnthropicOptions messages;
    CHECK(anthropic::AnthropicDialect(messages).site().key_variable == "ANTHROPIC_API_KEY");
    CHECK(sent(messages).get("x-api-key") == "k");
    messages.base_url = "https://openrouter.ai/api";
    CHECK(anthropic::AnthropicDialect(messages).site().key_variable == "OPENROUTER_API_KEY");
    CHECK(sent(messages).get("Authorization") == "Bearer k");
    CHECK_FALSE(sent(messages).contains("x-api-key"));
}
