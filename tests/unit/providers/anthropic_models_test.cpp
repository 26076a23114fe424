#include "anthropic/anthropic_dialect.hpp"
#include "anthropic/claude_models.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace capstan::anthropic;

TEST_CASE("All spellings of a Claude model are one model") {
    struct Row {
        const char* a;
        const char* b;
        bool same;
    };
    for (const Row& row : {
             Row{"claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4.5", true},
             Row{"claude-sonnet-4-5", "anthropic/claude-4.5-sonnet-20250929", true},
             Row{"claude-3-7-sonnet-latest", "anthropic/claude-3.7-sonnet:thinking", true},
             Row{"claude-opus-4-1", "anthropic/claude-opus-4.1", true},
             Row{"claude-opus-4-1", "claude-opus-4", false},
             Row{"claude-sonnet-4-20250514", "anthropic/claude-sonnet-4", true},
             Row{"claude-sonnet-4-5", "claude-opus-4-5", false},
             Row{"openai/gpt-5", "openai/gpt-5", true},
             Row{"openai/gpt-5", "openai/gpt-5.1", false},
         }) {
        INFO(row.a << " and " << row.b);
        CHECK((same_model_key(row.a) == same_model_key(row.b)) == row.same);
    }
    CHECK(same_model_key("~anthropic/claude-sonnet-latest").starts_with('~'));
    CHECK(same_model_key("").empty());
}

TEST_CASE("A Claude model's name tells how it thinks and samples") {
    struct Row {
        const char* model;
        ThinkingForm thinking;
        bool sampling;
        bool always;
        bool interleaves_by_beta;
    };
    for (const Row& row : {
             Row{"claude-3-haiku-20240307", ThinkingForm::none, true, false, false},
             Row{"claude-3-5-sonnet-latest", ThinkingForm::none, true, false, false},
             Row{"claude-3-7-sonnet-20250219", ThinkingForm::budget, true, false, false},
             Row{"claude-opus-4-20250514", ThinkingForm::budget, true, false, true},
             Row{"claude-haiku-4-5", ThinkingForm::budget, true, false, true},
             Row{"anthropic/claude-sonnet-4.6", ThinkingForm::either, true, false, false},
             Row{"claude-opus-4-7", ThinkingForm::adaptive, false, false, false},
             Row{"claude-sonnet-5", ThinkingForm::adaptive, false, false, false},
             Row{"claude-sonnet-5-5", ThinkingForm::adaptive, false, false, false},
             Row{"claude-haiku-5-5", ThinkingForm::adaptive, false, false, false},
             Row{"claude-opus-5", ThinkingForm::adaptive, false, false, false},
             Row{"anthropic/claude-opus-5.5", ThinkingForm::adaptive, false, true, false},
             Row{"claude-fable-5", ThinkingForm::adaptive, false, true, false},
             Row{"claude-mythos-preview", ThinkingForm::adaptive, false, true, false},
             Row{"claude-next", ThinkingForm::adaptive, false, false, false},
         }) {
        INFO(row.model);
        const auto traits = claude_traits(row.model);
        CHECK(traits.thinking == row.thinking);
        CHECK(traits.takes_sampling == row.sampling);
        CHECK(traits.always_thinks == row.always);
        CHECK(traits.interleaves_by_beta == row.interleaves_by_beta);
        CHECK(traits.is_claude);
    }
    CHECK_FALSE(claude_traits("openai/gpt-5").is_claude);
}

TEST_CASE("Limits are known of Claude models only, prices of none") {
    CHECK(known_claude("claude-opus-4-1")->max_completion_tokens == 32'000);
    CHECK(known_claude("claude-sonnet-4-5-20250929")->max_completion_tokens == 64'000);
    CHECK(known_claude("claude-3-5-haiku-latest")->max_completion_tokens == 8'192);
    CHECK(known_claude("claude-opus-5")->context_length == 1'000'000);
    CHECK_FALSE(known_claude("claude-sonnet-4-5")->pricing.prompt);
    CHECK_FALSE(known_claude("openai/gpt-5"));
    CHECK_FALSE(known_claude("claude-next"));
    CHECK_FALSE(known_claude(""));
}

TEST_CASE("Claude 4.1 and later are known to answer in the form of a schema") {
    struct Row {
        const char* model;
        bool knows;
    };
    for (const Row& row : {Row{"claude-opus-4-1", true}, Row{"claude-sonnet-4-5-20250929", true},
                           Row{"anthropic/claude-opus-5.5", true}, Row{"claude-fable-5", true},
                           Row{"claude-sonnet-4-20250514", false},
                           Row{"claude-opus-4-0", false},
                           Row{"claude-3-7-sonnet-latest", false}}) {
        INFO(row.model);
        CHECK(known_claude(row.model)->supports("structured_outputs") == row.knows);
        CHECK(knows_schemas(row.model) == row.knows);
    }
}

TEST_CASE("An entry of the list of models tells limits and abilities") {
    const auto info = claude_info_from_json(parse_json(R"({
        "type":"model","id":"claude-x","display_name":"Claude X","max_input_tokens":1000,
        "max_tokens":200,"capabilities":{
          "image_input":{"supported":true},"pdf_input":{"supported":false},
          "structured_outputs":{"supported":true},
          "thinking":{"supported":true,"types":{"adaptive":{"supported":true},
                                                "enabled":{"supported":false}}},
          "effort":{"supported":true,"low":{"supported":true},"high":{"supported":true},
                    "xhigh":null}}})").as_object());
    CHECK(info.id == "claude-x");
    CHECK(info.name == "Claude X");
    CHECK(info.context_length == 1000);
    CHECK(info.max_completion_tokens == 200);
    CHECK(info.input_modalities == std::vector<std::string>{"text", "image"});
    REQUIRE(info.reasoning);
    CHECK(info.reasoning->supports_max_tokens == false);
    CHECK(info.reasoning->supported_efforts == std::vector<std::string>{"high", "low"});
    CHECK(info.supports("structured_outputs"));
    CHECK_NOTHROW(claude_info_from_json({}));
}

TEST_CASE("A base URL gets a version unless it has one") {
    CHECK(with_version("https://api.anthropic.com") == "https://api.anthropic.com/v1");
    CHECK(with_version("https://api.anthropic.com/") == "https://api.anthropic.com/v1");
    CHECK(with_version("https://api.anthropic.com/v1/") == "https://api.anthropic.com/v1");
    CHECK(with_version("https://openrouter.ai/api") == "https://openrouter.ai/api/v1");
    CHECK(with_version("https://g.example/v1beta") == "https://g.example/v1beta");
    CHECK(with_version("https://g.example/vertex") == "https://g.example/vertex/v1");
    CHECK(with_version("").empty());
}

TEST_CASE("The key goes where the server looks for it") {
    AnthropicOptions options;
    HttpHeaders own;
    AnthropicDialect(options).authorize(own, "k");
    CHECK(own.get("x-api-key") == "k");
    CHECK_FALSE(own.contains("Authorization"));
    options.bearer_auth = true;
    HttpHeaders bearer;
    AnthropicDialect(options).authorize(bearer, "k");
    CHECK(bearer.get("authorization") == "Bearer k");
    CHECK_FALSE(bearer.contains("x-api-key"));
}
