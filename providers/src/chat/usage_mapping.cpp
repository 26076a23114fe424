#include "chat/usage_mapping.hpp"

#include <algorithm>
#include <string>

namespace capstan {
namespace {

using Tokens = std::optional<std::int64_t>;

Tokens find_tokens(const json::object* object, std::string_view key) {
    const Tokens tokens = object ? find_int(*object, key) : std::nullopt;
    return tokens ? Tokens(std::max<std::int64_t>(0, *tokens)) : tokens;
}

std::optional<Money> read_money(const json::value* value) {
    if (!value) return std::nullopt;
    if (value->is_string()) return Money::parse(value->get_string());
    if (value->is_double()) return Money::from_double(value->get_double());
    if (value->is_int64()) return Money::parse(std::to_string(value->get_int64()));
    if (value->is_uint64()) return Money::parse(std::to_string(value->get_uint64()));
    return std::nullopt;
}

/// No call gives money back: a negative figure tells nothing.
std::optional<Money> find_money(const json::object* object, std::string_view key) {
    const auto amount = read_money(object ? find(*object, key) : nullptr);
    return amount && amount->is_negative() ? std::nullopt : amount;
}

/// Cache tokens are part of the prompt's count. In steps, so that no difference can overflow.
Tokens uncached(Tokens prompt, Tokens read, Tokens write) {
    if (!prompt) return prompt;
    const std::int64_t unread = std::max<std::int64_t>(0, *prompt - read.value_or(0));
    return std::max<std::int64_t>(0, unread - write.value_or(0));
}

std::optional<Money> total_cost(std::optional<Money> charged, bool is_byok,
                                std::optional<Money> upstream) {
    if (charged && is_byok && upstream) *charged += *upstream;
    return charged;
}

void set_source(Usage& usage, UsageSource source) {
    const bool tells = usage.input_tokens || usage.output_tokens || usage.total_cost;
    usage.source = tells ? source : UsageSource::unknown;
}

}  // namespace

Usage usage_from_stream(const json::object& object) {
    const json::object* prompt = find_object(object, "prompt_tokens_details");
    const json::object* completion = find_object(object, "completion_tokens_details");
    const json::object* cost = find_object(object, "cost_details");
    Usage usage;
    usage.cache_read_tokens = find_tokens(prompt, "cached_tokens");
    // DeepSeek, Moonshot.
    for (const auto key : {"prompt_cache_hit_tokens", "cached_tokens"})
        if (!usage.cache_read_tokens) usage.cache_read_tokens = find_tokens(&object, key);
    usage.cache_write_tokens = find_tokens(prompt, "cache_write_tokens");
    usage.input_tokens = uncached(find_tokens(&object, "prompt_tokens"), usage.cache_read_tokens,
                                  usage.cache_write_tokens);
    usage.output_tokens = find_tokens(&object, "completion_tokens");
    usage.reasoning_tokens = find_tokens(completion, "reasoning_tokens");
    usage.is_byok = find_bool(object, "is_byok").value_or(false);
    usage.total_cost = total_cost(find_money(&object, "cost"), usage.is_byok,
                                  find_money(cost, "upstream_inference_cost"));
    usage.raw = json::object(object, json::storage_ptr());
    set_source(usage, UsageSource::stream);
    return usage;
}

Usage usage_from_generation(const json::object& data) {
    Usage usage;
    usage.cache_read_tokens = find_tokens(&data, "native_tokens_cached");
    usage.cache_write_tokens = find_tokens(&data, "native_tokens_cache_write");
    usage.input_tokens = uncached(find_tokens(&data, "native_tokens_prompt"),
                                  usage.cache_read_tokens, usage.cache_write_tokens);
    usage.output_tokens = find_tokens(&data, "native_tokens_completion");
    usage.reasoning_tokens = find_tokens(&data, "native_tokens_reasoning");
    usage.is_byok = find_bool(data, "is_byok").value_or(false);
    usage.total_cost = total_cost(find_money(&data, "total_cost"), usage.is_byok,
                                  find_money(&data, "upstream_inference_cost"));
    usage.raw = json::object(data, json::storage_ptr());
    set_source(usage, UsageSource::generation);
    return usage;
}

}  // namespace capstan
