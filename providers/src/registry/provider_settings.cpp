#include <capstan/money.hpp>
#include <capstan/providers/provider_config.hpp>

#include <array>
#include <limits>

namespace capstan {
namespace {

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();

void read_sampling(SettingsReader& reader, Sampling& sampling) {
    reader.read("temperature", sampling.temperature, 0, 2);
    reader.read("top_p", sampling.top_p, 0, 1);
    reader.read("top_k", sampling.top_k, 0);
    reader.read("min_p", sampling.min_p, 0, 1);
    reader.read("top_a", sampling.top_a, 0, 1);
    reader.read("frequency_penalty", sampling.frequency_penalty, -2, 2);
    reader.read("presence_penalty", sampling.presence_penalty, -2, 2);
    reader.read("repetition_penalty", sampling.repetition_penalty, 0, 2);
    reader.read("seed", sampling.seed, lowest);
    reader.read("stop", sampling.stop);
    reader.read("logit_bias", sampling.logit_bias, -100, 100);
    reader.read("logprobs", sampling.logprobs);
    reader.read("top_logprobs", sampling.top_logprobs, 0, 20);
}

void read_timeouts(SettingsReader& reader, HttpTimeouts& timeouts) {
    reader.read("connect_ms", timeouts.connect);
    reader.read("first_byte_ms", timeouts.first_byte);
    reader.read("idle_ms", timeouts.idle);
    reader.read("total_ms", timeouts.total);
}

void read_http(SettingsReader& reader, HttpClientOptions& http) {
    reader.read("ca_file", http.ca_file);
    reader.read("proxy_from_environment", http.proxy_from_environment);
    reader.read_secret("proxy", http.proxy);  // it may hold a password
    reader.read("user_agent", http.user_agent);
    reader.read("max_header_size", http.max_header_size);
    reader.read("max_body_size", http.max_body_size);
    reader.read("max_idle_connections_per_origin", http.max_idle_connections_per_origin);
    reader.read("idle_connection_lifetime_ms", http.idle_connection_lifetime);
}

void read_retry(SettingsReader& reader, RetryPolicy& retry) {
    reader.read("max_retries", retry.max_retries);
    reader.read("base_delay_ms", retry.base_delay);
    reader.read("max_delay_ms", retry.max_delay);
    reader.read("max_server_delay_ms", retry.max_server_delay);
    reader.read("max_total_delay_ms", retry.max_total_delay);
}

void read_price(SettingsReader& reader, std::string_view name, std::optional<Money>& price) {
    const auto* value = reader.member(name);
    if (!value) return;
    const auto text = value->is_string() ? std::string(std::string_view(value->get_string()))
                                         : to_json_text(*value);
    price = Money::parse(text);
    if (!price) reader.fail(name, "expected a price in USD, as a text or number");
}

void read_pricing(SettingsReader& reader, ModelPricing& pricing) {
    read_price(reader, "prompt", pricing.prompt);
    read_price(reader, "completion", pricing.completion);
    read_price(reader, "request", pricing.request);
    read_price(reader, "image", pricing.image);
    read_price(reader, "input_cache_read", pricing.input_cache_read);
    read_price(reader, "input_cache_write", pricing.input_cache_write);
    read_price(reader, "internal_reasoning", pricing.internal_reasoning);
}

void read_reasoning(SettingsReader& reader, ReasoningSupport& reasoning) {
    reader.read("mandatory", reasoning.mandatory);
    std::vector<std::string> efforts;
    reader.read("supported_efforts", efforts);
    if (!efforts.empty()) reasoning.supported_efforts = std::move(efforts);
    reader.read("default_effort", reasoning.default_effort);
    reader.read("default_enabled", reasoning.default_enabled);
    reader.read("supports_max_tokens", reasoning.supports_max_tokens);
}

void read_model_info(SettingsReader& reader, ModelInfo& info) {
    reader.read("id", info.id);
    reader.read("canonical_slug", info.canonical_slug);
    reader.read("name", info.name);
    reader.read("context_length", info.context_length, 1);
    reader.read("max_completion_tokens", info.max_completion_tokens, 1);
    reader.read("input_modalities", info.input_modalities);
    reader.read("output_modalities", info.output_modalities);
    reader.read("supported_parameters", info.supported_parameters);
    reader.read_object("reasoning", [&](SettingsReader& inner) {
        read_reasoning(inner, info.reasoning.emplace());
    });
    reader.read_object("pricing",
                       [&](SettingsReader& inner) { read_pricing(inner, info.pricing); });
}

void read_effort(SettingsReader& reader, std::string& effort) {
    reader.read<std::string>("reasoning_effort", effort,
                             {{"none", "none"},
                              {"minimal", "minimal"},
                              {"low", "low"},
                              {"medium", "medium"},
                              {"high", "high"},
                              {"xhigh", "xhigh"},
                              {"max", "max"}});
}

void read_verbosity(SettingsReader& reader, std::string& verbosity) {
    reader.read<std::string>("verbosity", verbosity,
                             {{"low", "low"},
                              {"medium", "medium"},
                              {"high", "high"},
                              {"xhigh", "xhigh"},
                              {"max", "max"}});
}

}  // namespace

void read_settings(SettingsReader& reader, ProviderOptions& options) {
    reader.read_secret("api_key", options.api_key);
    reader.read("base_url", options.base_url);
    reader.read("model", options.model);
    reader.read_object("model_info", [&](SettingsReader& inner) {
        read_model_info(inner, options.model_info.emplace());
    });
    read_effort(reader, options.reasoning_effort);
    reader.read("thinking_budget_tokens", options.thinking_budget_tokens, 0);
    read_verbosity(reader, options.verbosity);
    reader.read("parallel_tool_calls", options.parallel_tool_calls);
    reader.read("max_tokens", options.max_tokens, 1);
    reader.read_object("sampling",
                       [&](SettingsReader& inner) { read_sampling(inner, options.sampling); });
    reader.read("headers", options.headers);
    reader.read_object("timeouts",
                       [&](SettingsReader& inner) { read_timeouts(inner, options.timeouts); });
    reader.read_object("http", [&](SettingsReader& inner) { read_http(inner, options.http); });
    reader.read_object("retry", [&](SettingsReader& inner) { read_retry(inner, options.retry); });
    reader.read("extra", options.extra);
}

void read_settings(SettingsReader& reader, OpenRouterOptions& options) {
    read_settings(reader, static_cast<ProviderOptions&>(options));
    reader.read("fallback_models", options.fallback_models);
    reader.read("provider_sorting", options.provider_sorting);
    reader.read("provider", options.provider);
    reader.read("x_provider", options.x_provider);
    reader.read("send_max_tokens", options.send_max_tokens);
    reader.read<PromptCaching>("prompt_caching", options.prompt_caching,
                               {{"automatic", PromptCaching::automatic},
                                {"off", PromptCaching::off},
                                {"always", PromptCaching::always}});
    reader.read("http_referer", options.http_referer);
    reader.read("title", options.title);
    reader.read("categories", options.categories);
    reader.read("usage_lookup", options.usage_lookup);
    reader.read("placeholder_reasoning_models", options.placeholder_reasoning_models);
}

}  // namespace capstan
