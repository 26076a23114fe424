#include "compatible/reasoning_fields.hpp"

#include <capstan/error.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

namespace capstan::compatible {
namespace {

constexpr std::array<std::string_view, 7> efforts = {"none", "minimal", "low", "medium",
                                                     "high", "xhigh",   "max"};

std::optional<int> rank_of(std::string_view effort) {
    const auto* found = std::find(efforts.begin(), efforts.end(), effort);
    if (found == efforts.end()) return std::nullopt;
    return static_cast<int>(found - efforts.begin());
}

std::string effort_of(std::int64_t budget) {
    if (budget < 0)
        throw ApiError(ErrorKind::configuration, "the thinking budget is negative",
                       "use a number of tokens, or 0 for no reasoning");
    if (budget == 0) return "none";
    return budget <= 2048 ? "low" : budget <= 8192 ? "medium" : "high";
}

// "none" is no neighbour of the others: who wants some thinking gets some. Words of a server's own
// are the farthest, and no choice of "none".
std::string nearest(const std::string& effort, const std::vector<std::string>& listed) {
    if (listed.empty() || std::find(listed.begin(), listed.end(), effort) != listed.end())
        return effort;
    const auto wanted = rank_of(effort);
    if (!wanted)
        throw ApiError(ErrorKind::configuration, "reasoning effort \"" + effort + "\" is unknown",
                       "use one of none, minimal, low, medium, high, xhigh and max");
    std::string best;
    int best_distance = 100;
    for (const std::string& candidate : listed) {
        if (candidate == "none") continue;
        const auto rank = rank_of(candidate);
        const int distance = rank ? std::abs(*rank - *wanted) : 99;
        if (distance >= best_distance) continue;
        best = candidate;
        best_distance = distance;
    }
    return best;
}

bool can_switch(const OpenAiQuirks& quirks) {
    return *quirks.thinking_object || !quirks.thinking_switch->empty();
}

void write_effort(BodyWriter& body, const std::string& effort, const OpenAiQuirks& quirks) {
    if (effort.empty()) return;
    if (quirks.reasoning_request == ReasoningRequest::effort)
        body.text("reasoning_effort", effort);
    if (quirks.reasoning_request == ReasoningRequest::object) {
        json::object reasoning;
        reasoning["effort"] = effort;
        body.object("reasoning", reasoning);
    }
}

}  // namespace

ThinkingWish thinking_wish(const ProviderOptions& options, const MessageRequest& request,
                           const OpenAiQuirks& quirks) {
    ReasoningOptions reasoning;
    if (request.reasoning) {
        reasoning = *request.reasoning;
    } else {
        reasoning.effort = options.reasoning_effort;
        reasoning.max_tokens = options.thinking_budget_tokens;
    }
    ThinkingWish wish;
    wish.effort = reasoning.max_tokens ? effort_of(*reasoning.max_tokens) : reasoning.effort;
    if (wish.effort.empty() && reasoning.enabled == false) wish.effort = "none";
    wish.given = !wish.effort.empty() || reasoning.enabled.has_value();
    wish.on = wish.effort != "none";
    if (!wish.effort.empty() && (wish.on || !can_switch(quirks)))
        wish.effort = nearest(wish.effort, *quirks.reasoning_efforts);
    return wish;
}

void write_thinking(BodyWriter& body, const ThinkingWish& wish, const OpenAiQuirks& quirks) {
    if (!wish.given) return;
    if (*quirks.thinking_object) {
        json::object thinking;
        thinking["type"] = wish.on ? "enabled" : "disabled";
        body.object("thinking", thinking);
    }
    if (!quirks.thinking_switch->empty()) {
        json::object arguments;
        arguments[*quirks.thinking_switch] = wish.on;
        body.object("chat_template_kwargs", arguments);
    }
    if (wish.on || !can_switch(quirks)) write_effort(body, wish.effort, quirks);
}

}  // namespace capstan::compatible
