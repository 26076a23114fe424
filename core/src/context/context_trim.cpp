#include "context/context_cut.hpp"
#include "context/context_groups.hpp"

#include <capstan/context.hpp>

namespace capstan {
namespace {

// The results that may be trimmed, oldest first.
std::vector<std::size_t> old_results(const Conversation& conversation, std::size_t recent) {
    const std::vector<bool> kept = kept_messages(conversation);
    std::vector<std::size_t> results;
    for (std::size_t i = 0; i < conversation.size(); ++i)
        if (std::holds_alternative<ToolMessage>(conversation.messages()[i])) results.push_back(i);
    results.resize(results.size() - std::min(recent, results.size()));
    std::erase_if(results, [&](std::size_t i) { return kept[i]; });
    return results;
}

bool trim_result(Conversation& conversation, std::size_t index, std::size_t limit) {
    const auto& result = std::get<ToolMessage>(conversation.messages()[index]);
    auto text = shortened(result.content, limit);
    if (!text) return false;
    ToolMessage trimmed(result.tool_call_id, std::move(*text));
    trimmed.extra = result.extra;
    conversation.replace(index, std::move(trimmed));
    return true;
}

}  // namespace

Conversation trim_tool_results(const Conversation& conversation, const ContextOptions& options,
                               const TokenEstimator& estimator, std::int64_t target,
                               CompactionReport& report) {
    Conversation result = conversation;
    std::size_t chars = result.chars();
    if (report.tokens_before == 0) report.tokens_before = estimator.tokens_of_chars(chars);
    for (std::size_t i : old_results(conversation, options.recent_results)) {
        if (estimator.tokens_of_chars(chars) <= target) break;
        chars -= result.chars(i);
        if (trim_result(result, i, options.trimmed_result_chars)) ++report.trimmed_results;
        chars += result.chars(i);
    }
    report.tokens_after = estimator.tokens_of_chars(chars);
    return result;
}

}  // namespace capstan
