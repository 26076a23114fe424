#include "composition/cost_estimate.hpp"

#include <algorithm>

namespace capstan::composition {
namespace {

// Without a price of their own such tokens cost as all others.
Money dearer(Money price, const std::optional<Money>& other) {
    return std::max(price, other.value_or(price));
}

}  // namespace

std::optional<Money> largest_cost(const ModelPricing& pricing, std::int64_t prompt_tokens,
                                  std::int64_t output_tokens) {
    if (!pricing.prompt || !pricing.completion) return std::nullopt;
    const auto prompt = dearer(*pricing.prompt, pricing.input_cache_write);
    const auto output = dearer(*pricing.completion, pricing.internal_reasoning);
    return prompt * std::max<std::int64_t>(prompt_tokens, 0) +
           output * std::max<std::int64_t>(output_tokens, 0) + pricing.request.value_or(Money());
}

std::optional<Money> cost_of(const Usage& usage, const ModelPricing& pricing) {
    if (usage.total_cost) return usage.total_cost;
    if (!usage.input_tokens || !usage.output_tokens) return std::nullopt;
    if (!pricing.prompt || !pricing.completion) return std::nullopt;
    const auto read = pricing.input_cache_read.value_or(*pricing.prompt);
    const auto written = dearer(*pricing.prompt, pricing.input_cache_write);
    return *pricing.prompt * *usage.input_tokens +
           read * usage.cache_read_tokens.value_or(0) +
           written * usage.cache_write_tokens.value_or(0) +
           *pricing.completion * *usage.output_tokens + pricing.request.value_or(Money());
}

}  // namespace capstan::composition
