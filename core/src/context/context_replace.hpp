#pragma once

#include <capstan/context.hpp>

#include <cstddef>
#include <vector>

namespace capstan {

/// Where to stop taking old turns.
struct OldTurns {
    OldTurns() = default;

    std::int64_t target = 0;  ///< no more is taken than brings the conversation down to it ...
    std::int64_t summary_tokens = 0;  ///< ... with a summary of this size
    std::int64_t recent_tokens = 0;   ///< at the end, never taken
};
static_assert(!std::is_aggregate_v<OldTurns>);

/// Indexes of the oldest messages that may be replaced, ascending; empty if there are none but an
/// earlier summary.
std::vector<std::size_t> old_turns(const Conversation& conversation,
                                   const TokenEstimator& estimator, const OldTurns& limits);

/// At most half of the target, so that small windows can be compacted, too.
std::int64_t recent_tokens(const ContextOptions& options, std::int64_t target) noexcept;

}  // namespace capstan
