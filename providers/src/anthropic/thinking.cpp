#include "anthropic/thinking.hpp"

#include "chat/output_limit.hpp"

#include <capstan/error.hpp>

#include <algorithm>
#include <array>

namespace capstan::anthropic {
namespace {

constexpr std::int64_t smallest_budget = 1'024;
constexpr std::int64_t largest_share = 128'000;
constexpr std::int64_t output_of_unknown = 8'192;

struct Effort {
    std::string_view word;
    int percent;  // of max_tokens, as a budget (wire reference 2.4)
};
constexpr std::array<Effort, 6> efforts = {{{"minimal", 10},
                                            {"low", 20},
                                            {"medium", 50},
                                            {"high", 80},
                                            {"xhigh", 95},
                                            {"max", 95}}};

const Effort* find_effort(std::string_view word) noexcept {
    const auto* found = std::find_if(efforts.begin(), efforts.end(),
                                     [&](const Effort& effort) { return effort.word == word; });
    return found == efforts.end() ? nullptr : found;
}

bool is_off(const ReasoningOptions& wanted) noexcept {
    if (wanted.max_tokens) return *wanted.max_tokens == 0;
    if (!wanted.effort.empty()) return wanted.effort == "none";
    return wanted.enabled == false;
}

bool says_nothing(const ReasoningOptions& wanted) noexcept {
    return !wanted.max_tokens && wanted.effort.empty() && !wanted.enabled;
}

std::string fitting_effort(const std::string& word, const ClaudeTraits& traits) {
    return word == "xhigh" && !traits.takes_xhigh ? "high" : word;
}

std::string effort_word(const ThinkingInput& input) {
    const std::string& word = input.wanted.effort;
    if (input.wanted.max_tokens || word == "minimal")
        return input.wanted.max_tokens ? std::string() : "low";
    return fitting_effort(word, input.traits);
}

std::string verbosity_word(const ThinkingInput& input) {
    const bool knows = input.traits.thinking == ThinkingForm::either ||
                       input.traits.thinking == ThinkingForm::adaptive;
    return knows ? fitting_effort(input.verbosity, input.traits) : std::string();
}

std::int64_t limit_for(const ThinkingInput& input, ReasoningOptions& reasoning) {
    OutputLimitInput limit;
    limit.requested = input.requested;
    limit.prompt_bytes = input.prompt_bytes;
    limit.media_parts = input.media_parts;
    limit.model = input.model;
    limit.info = input.info;
    if (const auto known = output_limit(limit, reasoning)) return *known;
    if (input.requested) return *input.requested;
    // Nothing is known of the model, or the prompt seems to fill it: the server knows better.
    const std::int64_t wish =
        std::max(output_of_unknown, reasoning.max_tokens.value_or(0) + reserved_tokens);
    const auto most = input.info ? input.info->max_completion_tokens : std::nullopt;
    return most && *most > 0 ? std::min(wish, *most) : wish;
}

void set_type(ThinkingPlan& plan, const ThinkingInput& input, const char* type) {
    plan.thinks = true;
    plan.thinking["type"] = type;
    std::string display = input.display;
    if (input.wanted.exclude == true) display = "omitted";
    else if (display.empty() && input.traits.hides_thoughts) display = "summarized";
    if (!display.empty()) plan.thinking["display"] = display;
}

void plan_adaptive(ThinkingPlan& plan, const ThinkingInput& input) {
    set_type(plan, input, "adaptive");
    plan.effort = effort_word(input);
}

void plan_budget(ThinkingPlan& plan, const ThinkingInput& input) {
    ReasoningOptions fitted = input.wanted;
    plan.max_tokens = limit_for(input, fitted);
    std::int64_t budget = fitted.max_tokens.value_or(0);
    if (!fitted.max_tokens) {
        const Effort* effort = find_effort(input.wanted.effort);
        budget = std::min(plan.max_tokens / 100 * (effort ? effort->percent : 50), largest_share);
    }
    budget = std::min(std::max(budget, smallest_budget), plan.max_tokens - 1);
    if (budget < smallest_budget) {
        // A wish for some effort gives way to a small max_tokens; one in numbers does not.
        if (!fitted.max_tokens) return;
        throw ApiError(ErrorKind::invalid_request,
                       "max_tokens " + std::to_string(plan.max_tokens) +
                           " leaves no room for thinking",
                       "a thinking budget is at least 1024 tokens and below max_tokens");
    }
    set_type(plan, input, "enabled");
    json::object thinking;
    thinking["type"] = plan.thinking["type"];
    thinking["budget_tokens"] = budget;
    if (plan.thinking.contains("display")) thinking["display"] = plan.thinking["display"];
    plan.thinking = std::move(thinking);
}

bool uses_budget(const ThinkingInput& input) noexcept {
    return input.traits.thinking == ThinkingForm::budget ||
           (input.traits.thinking == ThinkingForm::either && input.wanted.max_tokens.has_value());
}

// The later models think unless they are told not to.
void plan_off(ThinkingPlan& plan, const ThinkingInput& input) {
    const bool by_itself = input.traits.thinking == ThinkingForm::adaptive ||
                           (!input.traits.is_claude && is_off(input.wanted));
    if (by_itself && !input.traits.always_thinks) plan.thinking["type"] = input.traits.off;
}

// Beside a forced call a budget is refused by all models, adaptive thinking by some.
bool can_think(const ThinkingInput& input, bool budget) noexcept {
    if (budget) return !input.forced_tool && !input.unthought_loop;
    return !input.forced_tool || input.traits.thinks_before_forced_tool;
}

// Efforts that need thinking give way where it is turned off.
void cap_effort(ThinkingPlan& plan, const ThinkingInput& input) {
    const bool off = find_string(plan.thinking, "type") == input.traits.off;
    const bool above = plan.effort == "xhigh" || plan.effort == "max";
    if (off && above && input.traits.caps_effort_when_off) plan.effort = "high";
}

}  // namespace

ReasoningOptions wanted_reasoning(const ProviderOptions& options, const MessageRequest& request) {
    ReasoningOptions wanted;
    if (request.reasoning) {
        wanted = *request.reasoning;
    } else {
        wanted.effort = options.reasoning_effort;
        wanted.max_tokens = options.thinking_budget_tokens;
    }
    if (!wanted.effort.empty() && wanted.effort != "none" && !find_effort(wanted.effort))
        throw ApiError(ErrorKind::configuration,
                       "reasoning effort \"" + wanted.effort + "\" is unknown",
                       "use one of none, minimal, low, medium, high, xhigh and max");
    if (wanted.max_tokens && *wanted.max_tokens < 0)
        throw ApiError(ErrorKind::configuration, "the thinking budget is negative",
                       "use a number of tokens, or 0 for no reasoning");
    return wanted;
}

ThinkingPlan plan_thinking(const ThinkingInput& input) {
    ThinkingPlan plan;
    const bool budget = uses_budget(input);
    const bool wanted = !says_nothing(input.wanted) && !is_off(input.wanted) &&
                        input.traits.thinking != ThinkingForm::none;
    const bool possible = can_think(input, budget);
    if (wanted && possible && budget) plan_budget(plan, input);
    else if (wanted && possible) plan_adaptive(plan, input);
    else if (is_off(input.wanted) || !possible) plan_off(plan, input);
    if (auto word = verbosity_word(input); !word.empty()) plan.effort = std::move(word);
    cap_effort(plan, input);
    if (plan.max_tokens == 0) {
        ReasoningOptions none;
        plan.max_tokens = limit_for(input, none);
    }
    return plan;
}

}  // namespace capstan::anthropic
