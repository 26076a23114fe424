#include "chat/reasoning_filter.hpp"

#include "chat/model_slug.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace capstan {
namespace {

std::string_view details_family(const std::optional<json::array>& details) noexcept {
    if (!details) return {};
    for (const json::value& value : *details)
        if (const auto family = ReasoningEntry(value).family(); !family.empty()) return family;
    return {};
}

std::string origin_family(const MessageOrigin& origin) {
    std::string family = vendor_of(origin.model);
    return family.empty() ? vendor_of(origin.requested_model) : family;
}

// Families that turn unsigned text into an invalid thinking block, and models nobody knows yet.
bool refuses_unsigned(std::string_view family) noexcept {
    return family.empty() || family == "anthropic" || family == "google";
}

}  // namespace

ReasoningFilter::ReasoningFilter(std::span<const std::string> models, ReasoningReplay replay)
    : replay_(replay) {
    if (!models.empty()) target_ = base_slug(models.front());
    family_ = vendor_of(target_);
    alias_ = !models.empty() && is_latest_alias(models.front());
    takes_unsigned_ =
        !models.empty() && std::none_of(models.begin(), models.end(), [](const std::string& slug) {
            return refuses_unsigned(vendor_of(slug));
        });
}

// Most messages of a conversation have the same maker.
const ReasoningFilter::Turn& ReasoningFilter::judge(const AssistantMessage& message,
                                                    const MessageOrigin& origin) {
    const bool same = last_turn_.has_origin && origin.model == last_origin_.model &&
                      origin.requested_model == last_origin_.requested_model;
    if (same) return last_turn_;
    last_origin_ = origin;
    return last_turn_ = judge_anew(message, origin);
}

ReasoningFilter::Turn ReasoningFilter::judge_anew(const AssistantMessage& message,
                                                 const MessageOrigin& origin) const {
    Turn turn;
    turn.family = origin_family(origin);
    turn.has_origin = !turn.family.empty();
    if (!turn.has_origin) turn.family = details_family(message.reasoning.details);
    const std::string requested = base_slug(origin.requested_model);
    const std::string answered = base_slug(origin.model);
    if (!target_.empty() && (target_ == requested || target_ == answered)) {
        // A fallback of another family may have answered for the model that was asked for.
        turn.foreign = turn.has_origin && !family_.empty() && turn.family != family_;
    } else if (family_.empty()) {
        turn.foreign = true;
    } else if (!turn.family.empty()) {
        const bool alias = alias_ || is_latest_alias(origin.requested_model);
        const bool other_slug = !alias && !vendor_of(requested).empty();
        turn.foreign = turn.family != family_ || other_slug;
    }
    turn.target = family_.empty() ? turn.family : family_;
    return turn;
}

bool ReasoningFilter::keeps(const ReasoningEntry& entry, const Turn& turn) const {
    if (entry.is_corrupt()) return false;
    if (entry.type == "reasoning.server_tool_call") return true;
    const auto family = entry.family();
    if (turn.foreign) {
        const bool plain = entry.is_unsigned_text() || entry.type == "reasoning.summary";
        return plain && takes_unsigned_ && family != "anthropic" && family != "google";
    }
    if (!entry.is_unsigned_text()) return true;
    if (turn.target == "google") return false;
    if (turn.has_origin && turn.target != "anthropic") return true;
    return family != "anthropic" && family != "google";
}

bool ReasoningFilter::is_broken_thought(const ReasoningEntry& entry, const Turn& turn) const {
    return !turn.foreign && turn.target == "anthropic" && entry.is_unsigned_text() &&
           !entry.text.empty();
}

bool ReasoningFilter::is_repeated(const ReasoningEntry& entry) {
    return !seen_.insert(entry.key(texts_)).second;
}

const json::array* ReasoningFilter::filter(const json::array& details, const Turn& turn) {
    entries_.assign(details.begin(), details.end());
    // One block without its signature makes the whole turn unusable.
    for (const auto& entry : entries_)
        if (is_broken_thought(entry, turn)) return nullptr;
    std::erase_if(entries_, [&](const ReasoningEntry& entry) {
        return !keeps(entry, turn) || is_repeated(entry);
    });
    if (entries_.size() == details.size()) return &details;
    if (entries_.empty()) return nullptr;
    json::array& copy = owned_.emplace_back();
    for (const auto& entry : entries_) copy.push_back(*entry.value);
    return &copy;
}

bool ReasoningFilter::sends_plain_text(const Turn& turn) const {
    if (!takes_unsigned_ || replay_ == ReasoningReplay::none) return false;
    return !turn.foreign || (family_ != "openai" && family_ != "x-ai");
}

bool ReasoningFilter::wants_placeholder(const AssistantMessage& message, const Turn& turn) const {
    if (family_ != "google" || message.tool_calls.empty()) return false;
    if (turn.foreign || replay_ == ReasoningReplay::none) return true;
    // Nothing says who made the turn, and from version 3 on Gemini insists on a signature.
    return turn.family.empty() && !message.reasoning.details && model_version(target_) >= 300;
}

const json::array* ReasoningFilter::placeholder(const AssistantMessage& message) {
    json::object entry;
    entry["type"] = "reasoning.encrypted";
    entry["id"] = message.tool_calls.front().id;
    entry["data"] = "skip_thought_signature_validator";
    entry["format"] = "google-gemini-v1";
    entry["index"] = 0;
    owned_.emplace_back().push_back(std::move(entry));
    return &owned_.back();
}

ReasoningView ReasoningFilter::next(const AssistantMessage& message, const MessageOrigin& origin) {
    const Turn& turn = judge(message, origin);
    ReasoningView view;
    if (wants_placeholder(message, turn)) {
        view.details = placeholder(message);
        return view;
    }
    if (replay_ == ReasoningReplay::none) return view;
    const auto& details = message.reasoning.details;
    if (details) view.details = details->empty() ? &*details : filter(*details, turn);
    const bool repeated = details && !details->empty() && !view.details && !turn.foreign;
    const bool has_entries = view.details && !view.details->empty();
    if (!has_entries && !repeated && sends_plain_text(turn)) view.text = message.reasoning.text;
    return view;
}

}  // namespace capstan
