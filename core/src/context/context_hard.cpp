#include "context/context_activity.hpp"
#include "context/context_cut.hpp"
#include "context/context_groups.hpp"
#include "context/context_replace.hpp"
#include "model/message_chars.hpp"

#include <algorithm>

namespace capstan {
namespace {

// Results behind the last call may be cut as well: there is nothing else left to do.
std::vector<std::size_t> cuttable_messages(const Conversation& conversation) {
    const std::vector<bool> kept = kept_messages(conversation);
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < conversation.size(); ++i) {
        const bool result = std::holds_alternative<ToolMessage>(conversation.messages()[i]);
        if (!conversation.pinned(i) && (!kept[i] || result)) found.push_back(i);
    }
    return found;
}

const Content& content_at(const Conversation& conversation, std::size_t index) {
    return std::visit([](const auto& message) -> const Content& { return message.content; },
                      conversation.messages()[index]);
}

// The greatest length to cut to that brings the conversation down to the target, or the least one.
std::size_t cut_length(const Conversation& conversation, const std::vector<std::size_t>& messages,
                       std::size_t least, const TokenEstimator& estimator, std::int64_t target) {
    std::vector<std::size_t> sizes;
    for (std::size_t i : messages) sizes.push_back(content_chars(content_at(conversation, i)));
    const auto fits = [&](std::size_t length) {
        std::size_t chars = conversation.chars();
        for (std::size_t size : sizes) chars -= size - std::min(size, length);
        return estimator.tokens_of_chars(chars) <= target;
    };
    std::size_t most = least;
    for (std::size_t size : sizes) most = std::max(most, size);
    while (least < most) {
        const std::size_t middle = most - (most - least) / 2;
        if (fits(middle)) least = middle;
        else most = middle - 1;
    }
    return least;
}

void cut_text(Conversation& conversation, std::size_t index, std::size_t length,
              CompactionReport& report) {
    auto text = shortened(content_at(conversation, index), length);
    if (!text) return;
    Message message = conversation.messages()[index];
    std::visit([&](auto& known) { known.content = std::move(*text); }, message);
    report.trimmed_results += std::holds_alternative<ToolMessage>(message) ? 1 : 0;
    conversation.replace(index, std::move(message));
}

void cut_longest(Conversation& conversation, const ContextOptions& options,
                 const TokenEstimator& estimator, std::int64_t target, CompactionReport& report) {
    if (estimator.tokens(conversation) <= target) return;
    const auto messages = cuttable_messages(conversation);
    const std::size_t least = std::max(options.trimmed_result_chars, least_piece);
    const std::size_t length = cut_length(conversation, messages, least, estimator, target);
    for (std::size_t i : messages) cut_text(conversation, i, length, report);
}

Conversation drop_old_turns(const Conversation& conversation, std::int64_t recent,
                            const TokenEstimator& estimator, std::int64_t target,
                            CompactionReport& report) {
    OldTurns limits;
    limits.target = target;
    limits.summary_tokens =
        estimator.tokens_of_chars(greatest_activity_list + summary_mark.size() + 16);
    limits.recent_tokens = recent;
    const auto messages = old_turns(conversation, estimator, limits);
    return replace_by_summary(conversation, messages, {}, estimator, report);
}

}  // namespace

Conversation compact_hard(const Conversation& conversation, const ContextOptions& options,
                          const TokenEstimator& estimator, std::int64_t target,
                          CompactionReport& report) {
    const std::int64_t recent = recent_tokens(options, target);
    Conversation result = trim_tool_results(conversation, options, estimator, target, report);
    result = drop_old_turns(result, recent, estimator, target, report);
    ContextOptions all = options;
    all.recent_results = 0;
    result = trim_tool_results(result, all, estimator, target, report);
    result = drop_old_turns(result, 0, estimator, target, report);
    cut_longest(result, options, estimator, target, report);
    report.tokens_after = estimator.tokens(result);
    return result;
}

}  // namespace capstan
