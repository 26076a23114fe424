#include "responses/assistant_items.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace capstan::responses {
namespace {

std::string_view text_in(const json::object& object, std::string_view key) {
    return find_string(object, key).value_or(std::string_view());
}

/// The server refuses members of a call that it does not know; these it gave out itself.
bool is_member_of_call(std::string_view key) noexcept {
    return key == "namespace" || key == "caller" || key == "subagent_id" || key == "subagent_items";
}

bool is_custom(const ToolCall& call) { return find_string(call.extra, "type") == "custom"; }

/// At `at` or, inside a character, before it.
std::size_t character_start(std::string_view text, std::size_t at) noexcept {
    at = std::min(at, text.size());
    while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
        --at;
    return at;
}

bool same_thought(const ReasoningItem& a, const ReasoningItem& b) {
    if (a.encrypted_content != b.encrypted_content) return false;
    return !a.encrypted_content.empty() || (a.id == b.id && a.content == b.content);
}

bool has_thought(const std::vector<ReasoningItem>& items, const ReasoningItem& item) {
    return std::any_of(items.begin(), items.end(),
                       [&](const ReasoningItem& one) { return same_thought(one, item); });
}

/// The items of `entries`, which is what was left of the message's own. An item goes back as it
/// came or not at all: a summary that was said before does not change the next one.
std::vector<ReasoningItem> whole_items(const AssistantMessage& message,
                                       const json::array& entries) {
    const auto& own = message.reasoning.details;
    std::vector<ReasoningItem> kept = reasoning_items(entries);
    if (!own || &*own == &entries) return kept;
    std::vector<ReasoningItem> all = reasoning_items(*own);
    std::erase_if(all, [&](const ReasoningItem& item) { return !has_thought(kept, item); });
    for (ReasoningItem& item : kept)
        if (!has_thought(all, item)) all.push_back(std::move(item));
    return all;
}

bool can_be_sent(const ReasoningItem& item, bool stored) {
    if (!item.encrypted_content.empty() || stored) return true;
    // OpenAI would look it up by its id; other makers' thoughts are in the open.
    return !item.content.empty() && format_of_id(item.id).empty();
}

void append_parts(std::string& out, std::string_view name, std::string_view type,
                  const std::vector<std::string>& texts) {
    out += ",\"";
    out += name;
    out += "\":[";
    for (std::size_t i = 0; i < texts.size(); ++i) {
        out += i > 0 ? ",{\"type\":\"" : "{\"type\":\"";
        out += type;
        out += "\",\"text\":";
        append_json_string(out, texts[i]);
        out += '}';
    }
    out += ']';
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
    out += ",\"";
    out += name;
    out += "\":";
    append_json_string(out, text);
}

/// An item of OpenRouter's names its format; OpenAI knows no such member.
void append_origin(std::string& out, const ReasoningItem& item) {
    if (!item.others.empty()) {
        for (const auto& member : item.others) {
            out += ',';
            append_json_string(out, member.key());
            out += ':';
            append_json_text(out, member.value());
        }
        return;
    }
    const bool foreign = !item.format.empty() && item.format != openai_format;
    if (foreign) append_member(out, "format", item.format);
    if (!item.signature.empty()) append_member(out, "signature", item.signature);
}

void append_reasoning(std::string& out, const ReasoningItem& item) {
    out += R"({"type":"reasoning")";
    if (!item.id.empty()) append_member(out, "id", item.id);
    append_parts(out, "summary", "summary_text", item.summary);
    if (!item.content.empty()) append_parts(out, "content", "reasoning_text", item.content);
    if (!item.encrypted_content.empty())
        append_member(out, "encrypted_content", item.encrypted_content);
    append_origin(out, item);
    out += '}';
}

}  // namespace

std::string_view sent_id(const AssistantFormat& format, const std::string& id) {
    if (!format.ids) return id;
    const auto found = format.ids->find(id);
    return found == format.ids->end() ? std::string_view(id) : found->second;
}

void AssistantItems::separate() {
    if (count_++ > 0) out_ += ',';
}

/// Of all items but reasoning: what waits for one to follow goes first.
std::string& AssistantItems::begin() {
    for (const ReasoningItem& thought : waiting_) {
        separate();
        append_reasoning(out_, thought);
        any_reasoning_ = true;
    }
    waiting_.clear();
    separate();
    return out_;
}

void AssistantItems::append_text(std::string_view text, std::string_view refusal,
                                 std::string_view phase) {
    if (text.empty() && refusal.empty()) return;
    begin();
    // The server wants an id; what it says matters to nobody when nothing is stored.
    out_ += R"({"type":"message","id":"msg_)" + std::to_string(count_) +
            R"(","role":"assistant","status":"completed","content":[)";
    if (!text.empty()) {
        out_ += R"({"type":"output_text","text":)";
        append_json_string(out_, text);
        out_ += R"(,"annotations":[]})";
    }
    if (!refusal.empty()) {
        out_ += text.empty() ? "" : ",";
        out_ += R"({"type":"refusal","refusal":)";
        append_json_string(out_, refusal);
        out_ += '}';
    }
    out_ += ']';
    if (!phase.empty()) append_member(out_, "phase", phase);
    out_ += '}';
}

void AssistantItems::append_call(const ToolCall& call) {
    const bool custom = is_custom(call);
    begin() += custom ? R"({"type":"custom_tool_call")" : R"({"type":"function_call")";
    append_member(out_, "call_id", sent_id(format_, call.id));
    append_member(out_, "name", call.name);
    if (custom) {
        append_member(out_, "input", call.arguments);
    } else {
        const bool none = call.arguments.empty();
        append_member(out_, "arguments", none ? std::string_view("{}") : call.arguments);
    }
    for (const auto& member : call.extra) {
        if (!is_member_of_call(member.key())) continue;
        out_ += ',';
        append_json_string(out_, member.key());
        out_ += ':';
        append_json_text(out_, member.value());
    }
    out_ += '}';
}

void AssistantItems::append_calls(const AssistantMessage& message, std::size_t end) {
    end = std::min(end, message.tool_calls.size());
    while (next_call_ < end) append_call(message.tool_calls[next_call_++]);
}

void AssistantItems::append_others(const AssistantMessage& message, std::size_t end) {
    const auto* items = find_array(message.extra, "output_items");
    const bool own = message.origin.requested_model == format_.model;
    if (!items || !own) return;
    end = std::min(end, items->size());
    while (next_other_ < end) append_json_text(begin(), (*items)[next_other_++]);
}

bool AssistantItems::append(const AssistantMessage& message, const json::array* reasoning) {
    const std::string text = text_of(message.content);
    std::vector<ReasoningItem> thoughts;
    if (reasoning) thoughts = whole_items(message, *reasoning);
    std::size_t written = 0;
    for (ReasoningItem& thought : thoughts) {
        if (!can_be_sent(thought, format_.stored)) continue;
        const std::size_t end = character_start(text, thought.position.text);
        if (end > written) {
            append_text(std::string_view(text).substr(written, end - written), {},
                        thought.position.phase);
            written = end;
        }
        append_others(message, thought.position.items);
        append_calls(message, thought.position.calls);
        waiting_.push_back(std::move(thought));
    }
    append_others(message, SIZE_MAX);
    append_text(std::string_view(text).substr(written), text_in(message.extra, "refusal"),
                text_in(message.extra, "phase"));
    append_calls(message, message.tool_calls.size());
    return any_reasoning_;
}

}  // namespace capstan::responses
