#pragma once

#include <capstan/message_writer.hpp>
#include <capstan/providers/openrouter_options.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan {

inline constexpr std::size_t max_cache_marks = 4;

/// True for the model families that cache only what is marked (wire reference 7.1).
bool needs_cache_marks(std::string_view model);

/// Where a request's cache marks go.
struct CacheMarkPlan {
    CacheMarkPlan() = default;

    std::vector<std::size_t> tool_drops;  ///< per tool: 1 when its own mark is left out
    std::vector<std::size_t>
        message_drops;  ///< per message: how many of its first marks are left out
    std::vector<std::optional<CacheControl>> message_marks;  ///< per message: the mark to add
};
static_assert(!std::is_aggregate_v<CacheMarkPlan>);

/// Of the marks that tools and messages carry the last four are kept. With `automatic`, what is
/// left of the four goes to the end of the leading system messages, the last user or tool message,
/// and the one before it. `reserved` marks are spent already (a top-level `cache_control`). A mark
/// that stands before one of an hour lasts an hour too, because longer marks must come first.
CacheMarkPlan plan_cache_marks(std::span<const Message* const> messages,
                               const ToolDefinitions& tools, bool automatic, std::size_t reserved);

}  // namespace capstan
