#include "totals_text.hpp"

#include "text.hpp"

namespace coding_agent {
namespace {

using namespace capstan;

std::string tokens_text(std::int64_t in, std::int64_t out) {
    return short_number(in) + " in, " + short_number(out) + " out";
}

std::string money_text(Money money) { return '$' + money.to_string(); }

/// All input tokens of one call, cached ones too.
std::int64_t input_of(const Usage& usage) {
    return usage.input_tokens.value_or(0) + usage.cache_read_tokens.value_or(0) +
           usage.cache_write_tokens.value_or(0);
}

std::string time_text(std::chrono::milliseconds time) {
    const auto tenths = time.count() / 100;
    if (tenths < 600) return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " s";
    return std::to_string(tenths / 600) + " min " + std::to_string(tenths / 10 % 60) + " s";
}

}  // namespace

std::string cost_text(const RunTotals& totals) {
    return money_text(totals.cost + totals.sub_agents_cost) +
           (totals.cost_complete ? "" : " or more");
}

std::string step_text(const agent_event::StepUsage& step) {
    const auto& usage = step.usage;
    std::string text = "step " + std::to_string(step.totals.steps) + ": ";
    if (usage.known())
        text += tokens_text(input_of(usage), usage.output_tokens.value_or(0)) + ", " +
                (usage.total_cost ? money_text(*usage.total_cost) : "cost unknown");
    else
        text += "tokens and cost unknown";
    text += "; so far " + cost_text(step.totals);
    if (step.context.usable)
        text += "; context " + short_number(step.context.tokens) + " of " +
                short_number(*step.context.usable);
    return text;
}

std::string footer_text(const agent_event::Done& done, std::string_view model) {
    const auto& totals = done.totals;
    std::string text(to_string(done.reason));
    text += " | " + count_text(static_cast<std::size_t>(totals.steps), "step") + ", " +
            count_text(static_cast<std::size_t>(totals.tool_calls), "tool call");
    text += " | " + tokens_text(totals.input_tokens, totals.output_tokens);
    text += " | " + cost_text(totals) + " | " + time_text(totals.active_time);
    if (!model.empty()) text += " | " + std::string(model);
    return text;
}

std::string cost_report(const RunTotals& totals) {
    std::string text = cost_text(totals) + " in " +
                       count_text(static_cast<std::size_t>(totals.steps), "step") + " with " +
                       count_text(static_cast<std::size_t>(totals.tool_calls), "tool call");
    text += "\ninput   " + short_number(totals.input_tokens) + " tokens, " +
            short_number(totals.cache_read_tokens) + " of them from the cache, " +
            short_number(totals.cache_write_tokens) + " into it";
    text += "\noutput  " + short_number(totals.output_tokens) + " tokens, " +
            short_number(totals.reasoning_tokens) + " of them reasoning";
    if (totals.sub_agents_tokens > 0)
        text += "\nsub-agents  " + short_number(totals.sub_agents_tokens) + " tokens, " +
                money_text(totals.sub_agents_cost);
    return text;
}

}  // namespace coding_agent
