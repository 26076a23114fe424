#include "responses/reasoning_setting.hpp"

#include "chat/model_slug.hpp"

#include <capstan/error.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace capstan::responses {
namespace {

constexpr std::array<std::string_view, 7> efforts = {"none", "minimal", "low", "medium",
                                                     "high", "xhigh",   "max"};
constexpr std::int64_t low_budget = 2'048;
constexpr std::int64_t medium_budget = 8'192;

void check(const ReasoningOptions& wanted) {
    const std::string& effort = wanted.effort;
    if (!effort.empty() && std::find(efforts.begin(), efforts.end(), effort) == efforts.end())
        throw ApiError(ErrorKind::configuration, "reasoning effort \"" + effort + "\" is unknown",
                       "use one of none, minimal, low, medium, high, xhigh and max");
    if (wanted.max_tokens && *wanted.max_tokens < 0)
        throw ApiError(ErrorKind::configuration, "the thinking budget is negative",
                       "use a number of tokens, or 0 for no reasoning");
}

std::string_view effort_of(const ReasoningOptions& wanted) {
    if (!wanted.max_tokens) {
        const bool off = wanted.effort.empty() && wanted.enabled == false;
        return off ? std::string_view("none") : std::string_view(wanted.effort);
    }
    if (*wanted.max_tokens == 0) return "none";
    if (*wanted.max_tokens <= low_budget) return "low";
    return *wanted.max_tokens <= medium_budget ? "medium" : "high";
}

/// What OpenAI's model takes in place of "none"; empty: nothing.
std::string_view least_effort(std::string_view model) {
    const auto has = [&](std::string_view word) { return model.find(word) != model.npos; };
    if (!may_reason(model)) return {};
    if (model.starts_with("gpt-5-pro")) return "high";
    if (model.starts_with("gpt-") && has("-pro")) return "medium";
    const bool o_series = model.size() > 1 && model[0] == 'o' && model[1] >= '1' && model[1] <= '9';
    if (o_series || has("codex")) return "low";
    return model == "gpt-5" || model.starts_with("gpt-5-") ? "minimal" : "none";
}

}  // namespace

json::object reasoning_setting(const ReasoningOptions& wanted, std::string_view summary,
                               std::string_view model) {
    check(wanted);
    json::object setting;
    const bool routed = is_routed(model);
    const bool budget = routed && wanted.max_tokens && *wanted.max_tokens > 0;
    const std::string_view effort = effort_of(wanted);
    const std::string_view sent = effort == "none" && !routed ? least_effort(model) : effort;
    if (budget)
        setting["max_tokens"] = *wanted.max_tokens;
    else if (!sent.empty())
        setting["effort"] = sent;
    if (routed && wanted.enabled == true) setting["enabled"] = true;
    const std::string_view shown = wanted.summary.empty() ? summary : wanted.summary;
    if (effort != "none" && wanted.exclude != true && !shown.empty()) setting["summary"] = shown;
    return setting;
}

bool is_routed(std::string_view model) noexcept { return model.find('/') != model.npos; }

bool may_reason(std::string_view model) {
    std::string slug = base_slug(model);
    if (const auto slash = slug.find('/'); slash != std::string::npos) {
        if (!slug.starts_with("openai/")) return true;
        slug.erase(0, slash + 1);
    }
    for (const std::string_view plain : {"gpt-3", "gpt-4", "chatgpt-", "gpt-5-chat"})
        if (slug.starts_with(plain)) return false;
    return true;
}

}  // namespace capstan::responses
