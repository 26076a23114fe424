#include "chat/reasoning_filter.hpp"

#include "chat/model_slug.hpp"

#include <algorithm>
#include <optional>

namespace capstan {
namespace {

std::string_view text_in(const json::object& entry, std::string_view name) noexcept {
    return find_string(entry, name).value_or(std::string_view());
}

bool is_text(const json::object& entry) noexcept {
    return text_in(entry, "type") == "reasoning.text";
}

bool is_encrypted(const json::object& entry) noexcept {
    return text_in(entry, "type") == "reasoning.encrypted";
}

bool is_signed(const json::object& entry) noexcept { return !text_in(entry, "signature").empty(); }

bool is_unsigned_text(const json::object& entry) noexcept {
    return is_text(entry) && !is_signed(entry);
}

// Encrypted without data, and text that says and signs nothing.
bool is_corrupt(const json::value& value) noexcept {
    const json::object* entry = value.if_object();
    if (!entry) return true;
    if (is_encrypted(*entry)) return text_in(*entry, "data").empty();
    return is_unsigned_text(*entry) && text_in(*entry, "text").empty();
}

// What one entry says of its maker (wire reference 6.1, 6.2); empty when it says nothing.
std::string_view entry_family(const json::value& value) noexcept {
    const json::object* entry = value.if_object();
    if (!entry) return {};
    const std::string_view format = text_in(*entry, "format");
    if (!format.empty()) return format_family(format);
    if (is_text(*entry)) return "anthropic";
    return text_in(*entry, "id").starts_with("rs_") ? "openai" : "";
}

std::string_view details_family(const std::optional<json::array>& details) noexcept {
    if (!details) return {};
    for (const json::value& entry : *details)
        if (const auto family = entry_family(entry); !family.empty()) return family;
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

// OpenAI repeats an item by its id, Gemini reuses ids (they are tool call ids), a signed text is
// its signature too.
std::string canonical_key(const json::object& entry) {
    const std::string type(text_in(entry, "type"));
    std::string key = type + '\n';
    if (is_encrypted(entry)) {
        const std::string_view id = text_in(entry, "id");
        const bool by_id = !id.empty() && format_family(text_in(entry, "format")) != "google";
        if (by_id) return key.append(id);
        return key.append(id).append("\n").append(text_in(entry, "data"));
    }
    if (is_text(entry))
        return key.append(text_in(entry, "text")).append("\n").append(text_in(entry, "signature"));
    if (type == "reasoning.summary") return key.append(text_in(entry, "summary"));
    append_json_text(key, entry);
    return key;
}

}  // namespace

// What is known of one assistant turn, seen from the target.
struct ReasoningFilter::Turn {
    std::string family;  // empty: not known
    std::string target;  // the family it is sent to; routers go on with the same one
    bool has_origin = false;
    bool foreign = false;
};

std::string_view format_family(std::string_view format) noexcept {
    const auto has = [&](std::string_view word) {
        return format.find(word) != std::string_view::npos;
    };
    if (has("anthropic")) return "anthropic";
    if (has("gemini")) return "google";
    if (has("openai")) return "openai";
    if (has("xai")) return "x-ai";
    if (has("meta")) return "meta-llama";
    return {};
}

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

ReasoningFilter::Turn ReasoningFilter::judge(const AssistantMessage& message) const {
    Turn turn;
    turn.family = origin_family(message.origin);
    turn.has_origin = !turn.family.empty();
    if (!turn.has_origin) turn.family = details_family(message.reasoning.details);
    const std::string requested = base_slug(message.origin.requested_model);
    const std::string answered = base_slug(message.origin.model);
    if (!target_.empty() && (target_ == requested || target_ == answered)) {
        // A fallback of another family may have answered for the model that was asked for.
        turn.foreign = turn.has_origin && !family_.empty() && turn.family != family_;
    } else if (family_.empty()) {
        turn.foreign = true;
    } else if (!turn.family.empty()) {
        const bool alias = alias_ || is_latest_alias(message.origin.requested_model);
        const bool other_slug = !alias && !vendor_of(requested).empty();
        turn.foreign = turn.family != family_ || other_slug;
    }
    turn.target = family_.empty() ? turn.family : family_;
    return turn;
}

bool ReasoningFilter::keeps(const json::value& value, const Turn& turn) const {
    if (is_corrupt(value)) return false;
    const json::object& entry = value.get_object();
    if (text_in(entry, "type") == "reasoning.server_tool_call") return true;
    if (turn.foreign) {
        const bool plain = is_unsigned_text(entry) || text_in(entry, "type") == "reasoning.summary";
        return plain && takes_unsigned_ && entry_family(value) != "anthropic" &&
               entry_family(value) != "google";
    }
    if (!is_unsigned_text(entry)) return true;
    if (turn.target == "google") return false;
    if (turn.has_origin && turn.target != "anthropic") return true;
    return entry_family(value) != "anthropic" && entry_family(value) != "google";
}

bool ReasoningFilter::is_broken_thought(const json::object& entry, const Turn& turn) const {
    return !turn.foreign && turn.target == "anthropic" && is_unsigned_text(entry) &&
           !text_in(entry, "text").empty();
}

bool ReasoningFilter::is_repeated(const json::object& entry) {
    return !seen_.insert(canonical_key(entry)).second;
}

const json::array* ReasoningFilter::filter(const json::array& details, const Turn& turn) {
    for (const json::value& value : details) {
        // One block without its signature makes the whole turn unusable.
        if (value.is_object() && is_broken_thought(value.get_object(), turn)) return nullptr;
    }
    std::vector<const json::value*> kept;
    for (const json::value& value : details)
        if (keeps(value, turn) && !is_repeated(value.get_object())) kept.push_back(&value);
    if (kept.size() == details.size()) return &details;
    if (kept.empty()) return nullptr;
    json::array& copy = owned_.emplace_back();
    for (const json::value* value : kept) copy.push_back(*value);
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

ReasoningView ReasoningFilter::next(const AssistantMessage& message) {
    const Turn turn = judge(message);
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
