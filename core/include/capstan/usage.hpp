#pragma once

#include <capstan/json.hpp>
#include <capstan/money.hpp>

#include <cstdint>
#include <optional>
#include <type_traits>

namespace capstan {

/// Where the figures of a Usage come from.
enum class UsageSource {
    unknown,     ///< nobody said; the counts are absent, which is not zero
    stream,      ///< the answer itself
    generation,  ///< the generation endpoint, asked after the answer
};

/// Tokens and cost of one model call. Absent means unknown, never zero.
struct Usage {
    Usage() = default;

    UsageSource source = UsageSource::unknown;
    std::optional<std::int64_t> input_tokens;       ///< prompt without cache reads and writes, >= 0
    std::optional<std::int64_t> output_tokens;      ///< completion, reasoning included
    std::optional<std::int64_t> cache_read_tokens;
    std::optional<std::int64_t> cache_write_tokens;
    std::optional<std::int64_t> reasoning_tokens;   ///< part of output_tokens
    std::optional<Money> total_cost;                ///< what the turn costs the user, BYOK included
    bool is_byok = false;
    json::object raw;                               ///< the object as it came

    bool known() const noexcept { return source != UsageSource::unknown; }
};
static_assert(!std::is_aggregate_v<Usage>);

}  // namespace capstan
