#include "context/context_replace.hpp"

#include "context/context_activity.hpp"
#include "context/context_cut.hpp"
#include "context/context_groups.hpp"
#include "model/message_chars.hpp"

#include <algorithm>

namespace capstan {
namespace {

// The number of groups before those at the end that have at most so many tokens together.
std::size_t recent_begin(const std::vector<MessageGroup>& groups, const TokenEstimator& estimator,
                         std::int64_t recent) {
    std::size_t begin = groups.size();
    std::size_t chars = 0;
    for (; begin > 0; --begin) {
        chars += groups[begin - 1].chars;
        if (estimator.tokens_of_chars(chars) > recent) break;
    }
    return begin;
}

std::size_t chars_of(const Conversation& conversation, const std::vector<std::size_t>& messages) {
    std::size_t chars = 0;
    for (std::size_t i : messages) chars += conversation.chars(i);
    return chars;
}

// Fewer characters are not worth a summary.
std::size_t least_summary() {
    return message_chars(UserMessage()) + summary_mark.size() + least_piece;
}

bool is_blank(const std::string& text) noexcept {
    return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

// The summary, cut if it would be longer than what it replaces; empty if that is too little.
std::string summary_text(const Conversation& conversation, const std::vector<std::size_t>& messages,
                         const std::string& summary) {
    const std::string body =
        is_blank(summary) ? activity_list(conversation, messages) : summary;
    const std::size_t replaced = chars_of(conversation, messages);
    if (replaced <= least_summary()) return {};
    const std::size_t room = replaced - least_summary() + least_piece - 1;
    return std::string(summary_mark) + cut_middle(body, room);
}

// Messages are erased run by run, from the last one on, so that indexes stay right.
void erase_all(Conversation& conversation, const std::vector<std::size_t>& messages) {
    for (std::size_t last = messages.size(); last > 0;) {
        std::size_t first = last - 1;
        while (first > 0 && messages[first - 1] + 1 == messages[first]) --first;
        conversation.erase(messages[first], messages[last - 1] + 1);
        last = first;
    }
}

}  // namespace

std::int64_t recent_tokens(const ContextOptions& options, std::int64_t target) noexcept {
    return std::min(options.recent_tokens, target / 2);
}

std::vector<std::size_t> old_turns(const Conversation& conversation,
                                   const TokenEstimator& estimator, const OldTurns& limits) {
    std::vector<std::size_t> taken;
    std::size_t left = conversation.chars();
    const auto groups = message_groups(conversation);
    const std::size_t end = recent_begin(groups, estimator, limits.recent_tokens);
    std::size_t summaries = 0;
    bool has_turn = false;  // or two summaries that one can stand for
    for (std::size_t g = 0; g < end; ++g) {
        const MessageGroup& group = groups[g];
        const std::int64_t tokens = estimator.tokens_of_chars(left);
        if (taken.empty() && tokens <= limits.target) break;
        if (has_turn && tokens + limits.summary_tokens <= limits.target) break;
        if (group.kept) continue;
        for (std::size_t i = group.first; i < group.last; ++i) taken.push_back(i);
        left -= group.chars;
        summaries += group.summary ? 1 : 0;
        has_turn = has_turn || !group.summary || summaries > 1;
    }
    if (!has_turn || chars_of(conversation, taken) <= least_summary()) taken.clear();
    return taken;
}

std::vector<std::size_t> replaceable_messages(const Conversation& conversation,
                                              const ContextOptions& options,
                                              const TokenEstimator& estimator,
                                              std::int64_t target) {
    OldTurns limits;
    limits.target = target;
    limits.summary_tokens = options.summary_tokens;
    limits.recent_tokens = recent_tokens(options, target);
    auto messages = old_turns(conversation, estimator, limits);
    const std::int64_t gain = estimator.tokens_of_chars(chars_of(conversation, messages));
    if (gain <= options.summary_tokens) messages.clear();
    return messages;
}

Conversation replace_by_summary(const Conversation& conversation,
                                const std::vector<std::size_t>& messages, std::string summary,
                                const TokenEstimator& estimator, CompactionReport& report) {
    Conversation result = conversation;
    if (report.tokens_before == 0) report.tokens_before = estimator.tokens(conversation);
    std::string text = summary_text(conversation, messages, summary);
    if (!text.empty()) {
        erase_all(result, messages);
        result.insert(messages.front(), UserMessage(std::move(text)));
        report.removed_messages += messages.size();
        report.summarised = report.summarised || !is_blank(summary);
    }
    report.tokens_after = estimator.tokens(result);
    return result;
}

}  // namespace capstan
