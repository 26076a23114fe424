#pragma once

#include <capstan/model_info.hpp>
#include <capstan/usage.hpp>

#include <optional>

namespace capstan::anthropic {

/// Takes the members of a later `usage` object: its counts are totals. Null changes nothing.
void add_usage(json::object& usage, const json::object& later);

/// A `usage` object as Usage. input_tokens are those that no cache read or wrote, as they come. The
/// cost is the server's (`cost`, from OpenRouter), else it is computed from `info` when all prices
/// that it needs are known and nothing else is charged; else it is unknown. Searches, compactions,
/// other tiers and speeds, and a place of inference are charged besides.
///
/// `final`: false for the counts at the start of an answer, whose output is not known yet.
Usage usage_of(const json::object& usage, bool final, const std::optional<ModelInfo>& info);

}  // namespace capstan::anthropic
