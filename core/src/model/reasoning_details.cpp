#include <capstan/reasoning_details.hpp>

#include "base/wtf8.hpp"

#include <algorithm>

namespace capstan {
namespace {

constexpr std::string_view text_type = "reasoning.text";
constexpr std::string_view summary_type = "reasoning.summary";
constexpr std::string_view encrypted_type = "reasoning.encrypted";

std::string_view string_of(const json::object& entry, std::string_view key) {
    const json::value* value = entry.if_contains(key);
    return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

/// Null where the value is absent or null.
const json::value* known(const json::object& entry, std::string_view key) {
    const json::value* value = entry.if_contains(key);
    return value && !value->is_null() ? value : nullptr;
}

/// True for an entry whose payload may be extended: a string, null, or absent.
bool is_extensible(const json::object& entry, std::string_view payload_key) {
    const json::value* payload = known(entry, payload_key);
    return !payload || payload->is_string();
}

/// Equal, or unknown on either side.
bool compatible(const json::object& a, const json::object& b, std::string_view key) {
    const json::value* left = known(a, key);
    const json::value* right = known(b, key);
    return !left || !right || *left == *right;
}

bool can_extend(const json::value& last, const json::object& entry, std::string_view type) {
    const json::object& candidate = last.get_object();
    return string_of(candidate, "type") == type && string_of(candidate, "signature").empty() &&
           compatible(candidate, entry, "index") && compatible(candidate, entry, "id");
}

void extend_payload(json::value& into, const json::value& piece) {
    if (!piece.is_string()) return;
    if (!into.is_string()) into.emplace_string();
    append_wtf8(into.get_string(), piece.get_string());
}

/// The last signature that says something wins; an empty one is no signature.
void extend_signature(json::value& into, const json::value& piece) {
    const bool is_opening = piece.is_null() || (piece.is_string() && piece.get_string().empty());
    if (!is_opening || into.is_null()) into = piece;
}

/// One member of a fragment into the entry that it continues.
void extend_member(json::object& into, std::string_view key, const json::value& piece,
                   std::string_view payload_key) {
    json::value* present = into.if_contains(key);
    const bool first_wins = key == "id" || key == "format" || key == "index" || key == "type";
    if (!present) {
        if (!first_wins || !piece.is_null()) into.emplace(key, piece);
    } else if (key == payload_key) {
        extend_payload(*present, piece);
    } else if (key == "signature") {
        extend_signature(*present, piece);
    } else if (!first_wins || present->is_null()) {
        *present = piece;
    }
}

void extend(json::object& into, const json::object& fragment, std::string_view payload_key) {
    for (const auto& member : fragment) {
        extend_member(into, member.key(), member.value(), payload_key);
    }
}

}  // namespace

void ReasoningDetailsMerger::add(const json::array& fragments) {
    present_ = true;
    for (const auto& fragment : fragments) {
        if (fragment.is_object()) add_entry(fragment.get_object());
    }
}

json::array ReasoningDetailsMerger::take() {
    json::array out = std::move(merged_);
    *this = ReasoningDetailsMerger();
    return out;
}

void ReasoningDetailsMerger::add_entry(const json::object& entry) {
    const std::string_view type = string_of(entry, "type");
    if (type == text_type && is_extensible(entry, "text")) {
        add_text(entry, "text");
    } else if (type == summary_type && is_extensible(entry, "summary")) {
        add_text(entry, "summary");
    } else if (type != encrypted_type || !string_of(entry, "data").empty()) {
        add_unless_duplicate(entry);
    }
}

void ReasoningDetailsMerger::add_text(const json::object& entry, std::string_view payload_key) {
    const std::string_view type = string_of(entry, "type");
    const bool lone_signature = type == text_type && string_of(entry, payload_key).empty() &&
                                !string_of(entry, "signature").empty();
    if (lone_signature && attach_signature(entry)) return;
    const bool extends = !lone_signature && !merged_.empty() &&
                         can_extend(merged_.back(), entry, type);
    if (!extends) return append(entry);
    json::object& last = merged_.back().get_object();
    extend(last, entry, payload_key);
    const bool now_signed = type == text_type && !string_of(last, "signature").empty();
    if (now_signed) unsigned_texts_.pop_back();
}

bool ReasoningDetailsMerger::attach_signature(const json::object& entry) {
    const auto found = std::find_if(unsigned_texts_.rbegin(), unsigned_texts_.rend(),
                                    [&](std::size_t position) {
                                        return compatible(merged_[position].get_object(), entry,
                                                          "index");
                                    });
    if (found == unsigned_texts_.rend()) return false;
    extend(merged_[*found].get_object(), entry, "text");
    unsigned_texts_.erase(std::next(found).base());
    return true;
}

void ReasoningDetailsMerger::append(const json::object& entry) {
    if (string_of(entry, "type") == text_type && string_of(entry, "signature").empty()) {
        unsigned_texts_.push_back(merged_.size());
    }
    merged_.emplace_back(json::object(entry, merged_.storage()));
}

void ReasoningDetailsMerger::add_unless_duplicate(const json::object& entry) {
    const std::size_t hash = std::hash<json::object>()(entry);
    const auto [begin, end] = opaque_.equal_range(hash);
    const bool duplicate = std::any_of(begin, end, [&](const auto& known_entry) {
        return merged_[known_entry.second].get_object() == entry;
    });
    if (duplicate) return;
    opaque_.emplace(hash, merged_.size());
    merged_.emplace_back(json::object(entry, merged_.storage()));
}

std::string displayable_reasoning(const json::array& details) {
    std::string out;
    for (const auto& entry : details) out += displayable_reasoning(entry);
    return out;
}

std::string_view displayable_reasoning(const json::value& entry) noexcept {
    const json::object* object = entry.if_object();
    if (!object) return {};
    const std::string_view type = string_of(*object, "type");
    std::string_view text;
    if (type == text_type) text = string_of(*object, "text");
    if (type == summary_type) text = string_of(*object, "summary");
    return text != "[REDACTED]" ? text : std::string_view();
}

}  // namespace capstan
