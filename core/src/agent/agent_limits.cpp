#include <capstan/agent_limits.hpp>

#include <array>

namespace capstan {
namespace {

// In the order of the enum.
constexpr std::array<std::string_view, 16> names = {
    "answered",     "max_steps", "max_tool_calls", "max_time",
    "max_tokens",   "max_cost",  "failed_steps",   "bad_calls",
    "loop",         "length",    "content_filter", "context_overflow",
    "stop_condition", "hook",    "cancelled",      "error"};
static_assert(names.size() == static_cast<std::size_t>(StopReason::error) + 1);

}  // namespace

std::string_view to_string(StopReason reason) noexcept {
    const auto index = static_cast<std::size_t>(reason);
    return index < names.size() ? names[index] : names.back();
}

std::optional<StopReason> stop_reason_from(std::string_view name) noexcept {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) return static_cast<StopReason>(i);
    }
    return std::nullopt;
}

}  // namespace capstan
