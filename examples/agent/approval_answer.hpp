#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace coding_agent {

enum class Decision { yes, no, always };

/// What a person, or a program, answered to "Allow it?".
struct SpokenAnswer {
    SpokenAnswer() = default;

    Decision decision = Decision::no;
    std::string reason;  ///< of a no
};
static_assert(!std::is_aggregate_v<SpokenAnswer>);

/// Understands "y", "yes", "a", "always", "n", "no" in any case; what follows a no is its reason.
/// Nothing for anything else: silence and noise are no consent.
std::optional<SpokenAnswer> read_answer(std::string_view line);

}  // namespace coding_agent
