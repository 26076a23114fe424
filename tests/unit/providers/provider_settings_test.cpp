// The settings that all providers share, and OpenRouter's, from JSON.
#include <capstan/error.hpp>
#include <capstan/providers/provider_config.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace capstan;
using namespace std::chrono_literals;

namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

OpenRouterOptions options_of(std::string_view settings) {
    ProviderConfig config("openrouter");
    config.settings = parse_json(settings).as_object();
    return options_from<OpenRouterOptions>(config);
}

std::string error_of(std::string_view settings) {
    try {
        options_of(settings);
    } catch (const ApiError& error) {
        CHECK(error.kind() == ErrorKind::configuration);
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("every common setting is read from JSON") {
    const auto options = options_of(R"({
        "api_key": "k", "base_url": "http://h/v1", "model": "x/y",
        "model_info": {"id": "x/y", "name": "Y", "context_length": 8000,
            "max_completion_tokens": 1000, "input_modalities": ["text"],
            "output_modalities": ["text"], "supported_parameters": ["seed"], "canonical_slug": "c",
            "reasoning": {"mandatory": true, "supported_efforts": ["low"], "default_effort": "low",
                "default_enabled": true, "supports_max_tokens": false},
            "pricing": {"prompt": "0.0000025", "completion": 0.00001, "request": 0, "image": "1",
                "input_cache_read": "2", "input_cache_write": "3", "internal_reasoning": "4"}},
        "reasoning_effort": "high", "thinking_budget_tokens": 5, "parallel_tool_calls": false,
        "max_tokens": 9,
        "sampling": {"temperature": 0.5, "top_p": 0.6, "top_k": 7, "min_p": 0.1, "top_a": 0.2,
            "frequency_penalty": -1, "presence_penalty": 1, "repetition_penalty": 1.1, "seed": -3,
            "stop": ["x"], "logit_bias": {"5": -100}, "logprobs": true, "top_logprobs": 3},
        "headers": {"X-A": "b"},
        "timeouts": {"connect_ms": 1, "first_byte_ms": 2, "idle_ms": 3, "total_ms": 4},
        "http": {"ca_file": "/ca", "proxy_from_environment": false, "proxy": "http://p",
            "user_agent": "u", "max_header_size": 5, "max_body_size": 6,
            "max_idle_connections_per_origin": 7, "idle_connection_lifetime_ms": 8},
        "retry": {"max_retries": 0, "base_delay_ms": 1, "max_delay_ms": 2,
            "max_server_delay_ms": 3, "max_total_delay_ms": 4},
        "extra": {"anything": [1]}})");
    CHECK(options.api_key == "k");
    CHECK(options.base_url == "http://h/v1");
    CHECK(options.model == "x/y");
    const auto& info = options.model_info.value();
    CHECK(info.context_length == 8000);
    CHECK(info.max_completion_tokens == 1000);
    CHECK(info.supports("seed"));
    CHECK(info.reasoning->supported_efforts == std::vector<std::string>{"low"});
    CHECK(info.pricing.prompt == Money::parse("0.0000025"));
    CHECK(info.pricing.completion == Money::parse("0.00001"));
    CHECK(info.pricing.internal_reasoning == Money::parse("4"));
    CHECK(options.reasoning_effort == "high");
    CHECK(options.thinking_budget_tokens == 5);
    CHECK(options.parallel_tool_calls == false);
    CHECK(options.max_tokens == 9);
    CHECK(options.sampling.temperature == 0.5);
    CHECK(options.sampling.seed == -3);
    CHECK(options.sampling.stop.size() == 1);
    CHECK(options.sampling.logit_bias.at("5") == -100);
    CHECK(options.sampling.top_logprobs == 3);
    CHECK(options.headers.get("x-a") == "b");
    CHECK(options.timeouts.connect == 1ms);
    CHECK(options.timeouts.total == 4ms);
    CHECK(options.http.ca_file == "/ca");
    CHECK(!options.http.proxy_from_environment);
    CHECK(options.http.proxy == "http://p");
    CHECK(options.http.max_body_size == 6);
    CHECK(options.http.idle_connection_lifetime == 8ms);
    CHECK(options.retry.max_retries == 0);
    CHECK(options.retry.max_total_delay == 4ms);
    CHECK(options.extra.contains("anything"));
}

TEST_CASE("OpenRouter's own settings are read from JSON") {
    const auto options = options_of(R"({"fallback_models": ["a/b"], "provider_sorting": "price",
        "provider": {"only": ["x"]}, "x_provider": "{}", "send_max_tokens": false,
        "prompt_caching": "always", "http_referer": "r", "title": "t", "categories": "c",
        "usage_lookup": false, "placeholder_reasoning_models": []})");
    CHECK(options.fallback_models == std::vector<std::string>{"a/b"});
    CHECK(options.provider_sorting == "price");
    CHECK(options.provider.contains("only"));
    CHECK(options.x_provider == "{}");
    CHECK(!options.send_max_tokens);
    CHECK(options.prompt_caching == PromptCaching::always);
    CHECK(options.http_referer == "r");
    CHECK(options.title == "t");
    CHECK(options.categories == "c");
    CHECK(!options.usage_lookup);
    CHECK(options.placeholder_reasoning_models.empty());
}

TEST_CASE("every quirk of a compatible server is read from JSON") {
    ProviderConfig config("openai-compatible");
    config.settings = parse_json(R"({"flavour": "vllm", "quirks": {
        "output_limit_field": "a", "reasoning_request": "object", "reasoning_efforts": ["b"],
        "thinking_switch": "c", "thinking_object": true, "reasoning_history": "tool_turns",
        "reasoning_field": "d", "empty_reasoning": true, "think_tags": true, "stream_usage": false,
        "model_required": true, "developer_role": true, "null_content": false, "text_parts": false,
        "images": false, "tool_call_ids": "up_to_40", "user_after_tool": false,
        "message_extras": false, "parallel_tool_calls": false, "strict_tools": false,
        "named_tool_choice": false, "required_tool_choice": "e", "extended_sampling": false,
        "verbosity": false, "repetition_field": "f", "seed_field": "g", "user_field": "h",
        "most_stop_texts": 7}})").as_object();
    const auto quirks = options_from<OpenAiCompatibleOptions>(config).quirks;
    CHECK(quirks.output_limit_field == "a");
    CHECK(quirks.reasoning_request == ReasoningRequest::object);
    CHECK(quirks.reasoning_history == ReasoningHistory::tool_turns);
    CHECK(quirks.tool_call_ids == ToolCallIdRule::up_to_40);
    CHECK(quirks.user_after_tool == false);
    CHECK(quirks.message_extras == false);
    CHECK(quirks.user_field == "h");
    CHECK(quirks.most_stop_texts == 7);
}

TEST_CASE("no settings at all are the defaults") {
    const auto options = options_of("{}");
    const OpenRouterOptions defaults;
    CHECK(options.model == defaults.model);
    CHECK(options.retry.max_retries == defaults.retry.max_retries);
    CHECK(options.prompt_caching == defaults.prompt_caching);
}

TEST_CASE("a mistake in the settings is named by its path") {
    CHECK(has(error_of(R"({"mdoel":"x"})"), "options: there is no setting \"mdoel\""));
    CHECK(has(error_of(R"({"mdoel":"x"})"), "Did you mean \"model\"?"));
    CHECK(has(error_of(R"({"retry":{"max_retrys":1}})"),
              "options.retry: there is no setting \"max_retrys\". Did you mean \"max_retries\"?"));
    CHECK(has(error_of(R"({"sampling":{"temperature":3}})"), "options.sampling.temperature"));
    CHECK(has(error_of(R"({"model_info":{"pricing":{"prompt":"x"}}})"),
              "options.model_info.pricing.prompt: expected a price"));
    CHECK(has(error_of(R"({"model_info":{"context_lenght":1}})"), "\"context_length\""));
    CHECK(has(error_of(R"({"reasoning_effort":"hi"})"),
              "options.reasoning_effort: expected one of"));
    CHECK(has(error_of(R"({"prompt_caching":"of"})"), "automatic, off, always"));
    CHECK(has(error_of(R"({"retry":3})"), "options.retry: expected an object"));
    CHECK(!has(error_of(R"({"api_key":["SECRET"]})"), "SECRET"));
    CHECK(!has(error_of(R"({"http":{"proxy":{"p":"http://u:SECRET@h"}}})"), "SECRET"));
}
