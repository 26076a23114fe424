#include "openrouter/reasoning_parameter.hpp"

#include "chat/model_slug.hpp"

#include <capstan/error.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace capstan {
namespace {

constexpr std::array<std::string_view, 6> efforts = {"minimal", "low",   "medium",
                                                     "high",    "xhigh", "max"};

int rank_of(std::string_view effort) noexcept {
    const auto* found = std::find(efforts.begin(), efforts.end(), effort);
    return found == efforts.end() ? -1 : static_cast<int>(found - efforts.begin());
}

void check(const ReasoningOptions& reasoning) {
    const std::string& effort = reasoning.effort;
    if (!effort.empty() && effort != "none" && rank_of(effort) < 0) {
        throw ApiError(ErrorKind::configuration, "reasoning effort \"" + effort + "\" is unknown",
                       "use one of none, minimal, low, medium, high, xhigh and max");
    }
    if (reasoning.max_tokens && *reasoning.max_tokens < 0)
        throw ApiError(ErrorKind::configuration, "the thinking budget is negative",
                       "use a number of tokens, or 0 for no reasoning");
}

// Nothing when the catalogue lists no effort that we know.
std::optional<std::string> nearest(std::string_view effort,
                                   const std::vector<std::string>& listed) {
    std::optional<int> best;
    for (const std::string& candidate : listed) {
        const int rank = rank_of(candidate);
        if (rank < 0) continue;
        const int distance = std::abs(rank - rank_of(effort));
        const int best_distance = best ? std::abs(*best - rank_of(effort)) : 100;
        if (distance < best_distance || (distance == best_distance && rank < *best)) best = rank;
    }
    if (!best) return std::nullopt;
    return std::string(efforts[static_cast<std::size_t>(*best)]);
}

void turn_on_lowest(ReasoningOptions& reasoning, const ReasoningSupport& support) {
    reasoning.enabled.reset();
    reasoning.max_tokens.reset();
    const std::string_view lowest = efforts.front();
    reasoning.effort = support.supported_efforts
                           ? nearest(lowest, *support.supported_efforts).value_or("")
                           : std::string(lowest);
}

}  // namespace

ReasoningOptions wanted_reasoning(const OpenRouterOptions& options, const MessageRequest& request) {
    ReasoningOptions reasoning;
    if (request.reasoning) {
        reasoning = *request.reasoning;
    } else {
        reasoning.effort = options.reasoning_effort;
        reasoning.max_tokens = options.thinking_budget_tokens;
    }
    check(reasoning);
    return reasoning;
}

bool is_reasoning_off(const ReasoningOptions& reasoning) noexcept {
    if (reasoning.max_tokens) return *reasoning.max_tokens == 0;
    if (!reasoning.effort.empty()) return reasoning.effort == "none";
    return reasoning.enabled == false;
}

ReasoningOptions fit_reasoning(ReasoningOptions wanted, std::string_view model,
                               const ModelInfo* info) {
    if (wanted.max_tokens) wanted.effort.clear();
    if (!info || !info->reasoning) return wanted;
    const ReasoningSupport& support = *info->reasoning;
    if (is_reasoning_off(wanted)) {
        // Aliases raise "off" to the lowest effort themselves.
        if (support.mandatory && !is_latest_alias(model)) turn_on_lowest(wanted, support);
        return wanted;
    }
    if (!wanted.effort.empty() && support.supported_efforts)
        wanted.effort = nearest(wanted.effort, *support.supported_efforts).value_or(wanted.effort);
    return wanted;
}

json::object reasoning_parameter(const ReasoningOptions& reasoning) {
    json::object result;
    const bool off = is_reasoning_off(reasoning);
    if (off && reasoning.effort != "none") {
        result["enabled"] = false;
        return result;
    }
    if (reasoning.max_tokens)
        result["max_tokens"] = *reasoning.max_tokens;
    else if (!reasoning.effort.empty())
        result["effort"] = reasoning.effort;
    if (off) return result;
    if (reasoning.enabled) result["enabled"] = *reasoning.enabled;
    if (reasoning.exclude) result["exclude"] = *reasoning.exclude;
    if (!reasoning.summary.empty()) result["summary"] = reasoning.summary;
    return result;
}

}  // namespace capstan
