#pragma once

#include <capstan/model_info.hpp>
#include <capstan/usage.hpp>

#include <cstdint>
#include <optional>

namespace capstan::composition {

/// The most that a call of so many tokens costs; nothing if a price is missing. Pure.
std::optional<Money> largest_cost(const ModelPricing& pricing, std::int64_t prompt_tokens,
                                  std::int64_t output_tokens);

/// What an answer cost: as it told, else from its tokens and the prices; nothing if neither is
/// complete. Pure.
std::optional<Money> cost_of(const Usage& usage, const ModelPricing& pricing);

}  // namespace capstan::composition
