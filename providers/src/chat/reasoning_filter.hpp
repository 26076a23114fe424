#pragma once

#include "chat/reasoning_entry.hpp"

#include <capstan/message_writer.hpp>
#include <capstan/providers/dialect.hpp>

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>
#include <vector>

namespace capstan {

/// Decides what of the recorded reasoning is sent (wire reference 6.4, 6.5). The history stays as
/// it is; views point into it, or into this object where entries had to be left out.
///
/// - Turns of another model keep only unsigned text and summaries, and those not towards Anthropic,
///   Google and models that are not known beforehand. Another model is one of another family, or
///   one of the same family that was asked for under another slug.
/// - Claude: a turn with unsigned text (a cut stream) loses its details; `reasoning` text without
///   details is never sent. Gemini: unsigned text is left out, encrypted entries stay.
/// - Elsewhere unsigned text stays, unless its format is Anthropic's or missing while the turn's
///   maker is not known.
/// - Corrupt entries (encrypted without data) and repetitions within the request are left out;
///   an empty array stays.
/// - Gemini gets one placeholder signature on tool-calling turns that were made elsewhere.
class ReasoningFilter {
public:
    /// `models`: the model asked for, then its fallbacks.
    ReasoningFilter(std::span<const std::string> models, ReasoningReplay replay);

    ReasoningFilter(const ReasoningFilter&) = delete;
    ReasoningFilter& operator=(const ReasoningFilter&) = delete;

    /// To be called once per assistant message, in order. The message must outlive this object.
    ReasoningView next(const AssistantMessage& message) { return next(message, message.origin); }
    /// The same, as if the message came from `origin`.
    ReasoningView next(const AssistantMessage& message, const MessageOrigin& origin);

private:
    // What is known of one assistant turn, seen from the target.
    struct Turn {
        std::string family;  // empty: not known
        std::string target;  // the family it is sent to; routers go on with the same one
        bool has_origin = false;
        bool foreign = false;
    };

    const Turn& judge(const AssistantMessage& message, const MessageOrigin& origin);
    Turn judge_anew(const AssistantMessage& message, const MessageOrigin& origin) const;
    bool keeps(const ReasoningEntry& entry, const Turn& turn) const;
    bool is_repeated(const ReasoningEntry& entry);
    bool is_broken_thought(const ReasoningEntry& entry, const Turn& turn) const;
    const json::array* filter(const json::array& details, const Turn& turn);
    const json::array* placeholder(const AssistantMessage& message);
    bool sends_plain_text(const Turn& turn) const;
    bool wants_placeholder(const AssistantMessage& message, const Turn& turn) const;

    std::string target_;
    std::string family_;
    bool alias_ = false;
    bool takes_unsigned_ = true;
    ReasoningReplay replay_;
    std::unordered_set<ReasoningKey, ReasoningKey::Hash> seen_;
    std::deque<std::string> texts_;  // that keys point into
    std::vector<ReasoningEntry> entries_;  // of the message at hand
    MessageOrigin last_origin_;
    Turn last_turn_;
    std::deque<json::array> owned_;
};

}  // namespace capstan
