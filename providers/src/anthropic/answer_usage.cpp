#include "anthropic/answer_usage.hpp"

#include <algorithm>
#include <string>

namespace capstan::anthropic {
namespace {

using Tokens = std::optional<std::int64_t>;

Tokens tokens_in(const json::object* object, std::string_view name) {
    const Tokens tokens = object ? find_int(*object, name) : std::nullopt;
    return tokens ? Tokens(std::max<std::int64_t>(0, *tokens)) : tokens;
}

std::optional<Money> money_in(const json::object& object, std::string_view name) {
    const json::value* value = find(object, name);
    if (!value) return std::nullopt;
    if (value->is_string()) return Money::parse(value->get_string());
    if (value->is_double()) return Money::from_double(value->get_double());
    if (const auto whole = as_int(*value)) return Money::parse(std::to_string(*whole));
    return std::nullopt;
}

std::optional<Money> charged(const json::object& usage, bool is_byok) {
    auto cost = money_in(usage, "cost");
    const json::object* details = find_object(usage, "cost_details");
    const auto upstream = details ? money_in(*details, "upstream_inference_cost") : std::nullopt;
    if (cost && is_byok && upstream) *cost += *upstream;
    return cost;
}

// Adds up a price list; unknown once a price that is needed is not known.
class Bill {
public:
    void add(const std::optional<Money>& price, std::int64_t units) {
        if (units == 0) return;
        if (price) total_ += *price * units;
        else known_ = false;
    }
    std::optional<Money> total() const { return known_ ? std::optional(total_) : std::nullopt; }

private:
    Money total_;
    bool known_ = true;
};

// Samplings that the top-level counts leave out: compactions, and those of other models
// (https://platform.claude.com/docs: compaction).
bool has_uncounted_work(const json::object& usage) {
    const json::array* iterations = find_array(usage, "iterations");
    return iterations && std::ranges::any_of(*iterations, [](const json::value& value) {
               const json::object* one = value.if_object();
               return one && find_string(*one, "type").value_or("message") != "message";
           });
}

// Priority, haste and a place of one's own have prices of their own.
bool has_surcharge(const json::object& usage) {
    const auto differs = [&](std::string_view name, std::string_view usual) {
        const auto word = find_string(usage, name);
        return word && !word->empty() && *word != usual && *word != "not_available";
    };
    return differs("service_tier", "standard") || differs("speed", "standard") ||
           differs("inference_geo", "global");
}

bool has_other_charges(const json::object& usage) {
    if (has_surcharge(usage) || has_uncounted_work(usage)) return true;
    const json::object* tools = find_object(usage, "server_tool_use");
    return tools && std::any_of(tools->begin(), tools->end(), [](const auto& member) {
               return as_int(member.value()).value_or(0) > 0;
           });
}

// Writes for an hour cost twice the input's price (wire reference 7.1).
void add_writes(Bill& bill, const Usage& usage, const json::object& raw,
                const ModelPricing& prices) {
    const std::int64_t all = usage.cache_write_tokens.value_or(0);
    const json::object* parts = find_object(raw, "cache_creation");
    const std::int64_t hour =
        std::min(all, tokens_in(parts, "ephemeral_1h_input_tokens").value_or(0));
    bill.add(prices.input_cache_write, all - hour);
    bill.add(prices.prompt, hour);
    bill.add(prices.prompt, hour);
}

std::optional<Money> computed(const Usage& usage, const json::object& raw,
                              const ModelPricing& prices) {
    if (!usage.input_tokens || !usage.output_tokens || has_other_charges(raw)) return std::nullopt;
    if (!prices.prompt || !prices.completion) return std::nullopt;
    Bill bill;
    bill.add(prices.prompt, *usage.input_tokens);
    bill.add(prices.completion, *usage.output_tokens);
    bill.add(prices.input_cache_read, usage.cache_read_tokens.value_or(0));
    add_writes(bill, usage, raw, prices);
    if (prices.request) bill.add(prices.request, 1);
    return bill.total();
}

}  // namespace

void add_usage(json::object& usage, const json::object& later) {
    for (const auto& member : later)
        if (!member.value().is_null()) usage[member.key()] = member.value();
}

Usage usage_of(const json::object& usage, bool final, const std::optional<ModelInfo>& info) {
    Usage result;
    result.input_tokens = tokens_in(&usage, "input_tokens");
    result.cache_read_tokens = tokens_in(&usage, "cache_read_input_tokens");
    result.cache_write_tokens = tokens_in(&usage, "cache_creation_input_tokens");
    if (final) result.output_tokens = tokens_in(&usage, "output_tokens");
    result.reasoning_tokens =
        tokens_in(find_object(usage, "output_tokens_details"), "thinking_tokens");
    result.is_byok = find_bool(usage, "is_byok").value_or(false);
    result.total_cost = charged(usage, result.is_byok);
    if (!result.total_cost && info) result.total_cost = computed(result, usage, info->pricing);
    result.raw = json::object(usage, json::storage_ptr());
    const bool tells = result.input_tokens || result.output_tokens || result.total_cost;
    result.source = tells ? UsageSource::stream : UsageSource::unknown;
    return result;
}

}  // namespace capstan::anthropic
