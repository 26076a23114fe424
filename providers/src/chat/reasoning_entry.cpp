#include "chat/reasoning_entry.hpp"

#include <array>
#include <functional>
#include <utility>

namespace capstan {
namespace {

using Member = std::string_view ReasoningEntry::*;

constexpr std::array<std::pair<std::string_view, Member>, 7> members = {{
    {"type", &ReasoningEntry::type},
    {"format", &ReasoningEntry::format},
    {"id", &ReasoningEntry::id},
    {"text", &ReasoningEntry::text},
    {"signature", &ReasoningEntry::signature},
    {"data", &ReasoningEntry::data},
    {"summary", &ReasoningEntry::summary},
}};

// Of long texts only samples are looked at: reading all of the reasoning for each request would
// cost more than everything else that is done with it.
std::size_t sampled_hash(std::string_view text) noexcept {
    constexpr std::size_t piece = 16;
    constexpr std::size_t pieces = 8;
    const std::hash<std::string_view> hash;
    if (text.size() <= piece * pieces) return hash(text);
    std::array<char, piece * pieces> samples;
    for (std::size_t i = 0; i < pieces; ++i)
        text.copy(samples.data() + i * piece, piece, (text.size() - piece) * i / (pieces - 1));
    return hash(std::string_view(samples.data(), samples.size())) ^ text.size();
}

}  // namespace

std::size_t ReasoningKey::Hash::operator()(const ReasoningKey& key) const noexcept {
    return sampled_hash(key.first) ^ (sampled_hash(key.second) * 31) ^ key.type.size();
}

ReasoningEntry::ReasoningEntry(const json::value& value_) : value(&value_) {
    const json::object* object = value->if_object();
    if (!object) return;
    is_object = true;
    for (const auto& member : *object) {
        const json::string* found = member.value().if_string();
        if (!found) continue;
        for (const auto& [name, place] : members)
            if (member.key() == name) this->*place = *found;
    }
}

bool ReasoningEntry::is_corrupt() const noexcept {
    if (!is_object) return true;
    if (is_encrypted()) return data.empty();
    return is_unsigned_text() && text.empty();
}

std::string_view ReasoningEntry::family() const noexcept {
    if (!format.empty()) return format_family(format);
    if (is_text()) return "anthropic";
    return id.starts_with("rs_") ? "openai" : "";
}

// OpenAI repeats an item by its id, Gemini reuses ids (they are tool call ids), a signed text is
// its signature too.
ReasoningKey ReasoningEntry::key(std::deque<std::string>& texts) const {
    ReasoningKey key;
    key.type = type;
    if (is_encrypted()) {
        key.first = id;
        if (id.empty() || format_family(format) == "google") key.second = data;
    } else if (is_text()) {
        key.first = text;
        key.second = signature;
    } else if (type == "reasoning.summary") {
        key.first = summary;
    } else {
        append_json_text(texts.emplace_back(), *value);
        key.first = texts.back();
    }
    return key;
}

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

}  // namespace capstan
