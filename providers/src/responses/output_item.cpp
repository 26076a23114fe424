#include "responses/output_items.hpp"

#include <capstan/reasoning_details.hpp>

#include <utility>

namespace capstan::responses {
namespace {

std::string text_in(const json::object& object, std::string_view key) {
    return to_valid_utf8(capstan::find_string(object, key).value_or(std::string_view()));
}

void emit_extra(std::string_view name, json::value value, std::vector<StreamChunk>& out) {
    ExtraChunk chunk;
    chunk.name = name;
    chunk.value = std::move(value);
    out.emplace_back(std::move(chunk));
}

/// Members of a call that have a place of their own, or mean nothing to a later request.
bool is_known_of_call(std::string_view key) noexcept {
    return key == "id" || key == "type" || key == "status" || key == "call_id" || key == "name" ||
           key == "arguments" || key == "input";
}

bool is_known_of_reasoning(std::string_view key) noexcept {
    return key == "id" || key == "type" || key == "status" || key == "summary" ||
           key == "content" || key == "encrypted_content";
}

/// {"type":"url_citation","url":..} in the nested shape of chat completions, so that programs find
/// citations in one shape whoever answers.
json::value nested_annotation(const json::value& annotation) {
    const json::object* flat = annotation.if_object();
    const bool citation = flat && find_string(*flat, "type") == "url_citation" &&
                          !flat->contains("url_citation");
    if (!citation) return json::value(annotation, json::storage_ptr());
    json::object inner;
    for (const auto& member : *flat)
        if (member.key() != "type")
            inner.emplace(member.key(), json::value(member.value(), json::storage_ptr()));
    json::object nested;
    nested["type"] = "url_citation";
    nested["url_citation"] = std::move(inner);
    return nested;
}

json::object other_members(const json::object& item, bool (*is_known)(std::string_view) noexcept) {
    json::object others;
    for (const auto& member : item) {
        if (is_known(member.key()) || member.value().is_null()) continue;
        others.emplace(member.key(), json::value(member.value(), json::storage_ptr()));
    }
    return others;
}

}  // namespace

ItemKind item_kind(std::string_view type) noexcept {
    if (type == "message") return ItemKind::message;
    if (type == "reasoning") return ItemKind::reasoning;
    const bool call = type == "function_call" || type == "custom_tool_call";
    return call ? ItemKind::call : ItemKind::other;
}

OutputItem::OutputItem(ItemKind kind, AnswerProgress& progress)
    : kind_(kind), progress_(progress), position_(progress.position) {
    if (kind != ItemKind::call) return;
    call_ = progress.calls++;
    progress.position.calls = progress.calls;
}

void OutputItem::announce(const json::object& item, std::vector<StreamChunk>& out) {
    if (kind_ == ItemKind::reasoning) {
        format_ = text_in(item, "format");
        if (format_.empty()) format_ = format_of_id(id);
    }
    if (kind_ != ItemKind::call) return;
    ToolCallChunk chunk;
    name_call(item, chunk);
    if (!chunk.id.empty() || !chunk.name.empty()) out.emplace_back(std::move(chunk));
}

void OutputItem::name_call(const json::object& item, ToolCallChunk& chunk) {
    chunk.index = call_;
    if (call_id_.empty()) chunk.id = call_id_ = text_in(item, "call_id");
    if (call_name_.empty()) chunk.name = call_name_ = text_in(item, "name");
    if (!call_name_.empty()) progress_.any_named_call = true;
    if (!chunk.name.empty() && find_string(item, "type") == "custom_tool_call")
        chunk.extra["type"] = "custom";
}

void OutputItem::emit_text(std::string text, std::vector<StreamChunk>& out) {
    if (text.empty()) return;
    progress_.any_content = true;
    progress_.position.text += text.size();
    out.emplace_back(std::in_place_type<TextChunk>, std::move(text));
}

void OutputItem::emit_refusal(std::string text, std::vector<StreamChunk>& out) {
    if (text.empty()) return;
    progress_.any_content = true;
    emit_extra("refusal", json::value(text), out);
}

void OutputItem::emit_arguments(std::string text, std::vector<StreamChunk>& out) {
    if (text.empty()) return;
    ToolCallChunk chunk;
    chunk.index = call_;
    chunk.arguments = std::move(text);
    out.emplace_back(std::move(chunk));
}

json::object OutputItem::entry_of(const Thought& thought, bool summary,
                                  std::string_view text) const {
    return reasoning_entry(summary ? "reasoning.summary" : "reasoning.text",
                           summary ? "summary" : "text", text, id, format_, thought.index,
                           position_);
}

void OutputItem::emit_thought(Thought& thought, bool summary, std::string text,
                              std::vector<StreamChunk>& out) {
    if (text.empty()) return;
    progress_.any_content = true;
    const bool first = !std::exchange(thought.begun, true);
    if (first) thought.index = progress_.entries++;
    ReasoningChunk chunk;
    chunk.details.push_back(entry_of(thought, summary, text));
    chunk.details_present = true;
    // Parts are paragraphs: on the wire nothing stands between them.
    chunk.text = displayable_reasoning(chunk.details.front());
    if (first && progress_.shown_thoughts++ > 0) chunk.text.insert(0, "\n\n");
    out.emplace_back(std::move(chunk));
}

void OutputItem::add_text(std::int64_t part, std::string_view delta,
                          std::vector<StreamChunk>& out) {
    emit_text(texts_[part].add(delta), out);
}

void OutputItem::complete_text(std::int64_t part, std::string_view text,
                               std::vector<StreamChunk>& out) {
    emit_text(texts_[part].complete(text), out);
}

void OutputItem::add_refusal(std::int64_t part, std::string_view delta,
                             std::vector<StreamChunk>& out) {
    emit_refusal(refusals_[part].add(delta), out);
}

void OutputItem::complete_refusal(std::int64_t part, std::string_view text,
                                  std::vector<StreamChunk>& out) {
    emit_refusal(refusals_[part].complete(text), out);
}

void OutputItem::add_summary(std::int64_t part, std::string_view delta,
                             std::vector<StreamChunk>& out) {
    Thought& thought = summaries_[part];
    emit_thought(thought, true, thought.text.add(delta), out);
}

void OutputItem::complete_summary(std::int64_t part, std::string_view text,
                                  std::vector<StreamChunk>& out) {
    Thought& thought = summaries_[part];
    emit_thought(thought, true, thought.text.complete(text), out);
}

void OutputItem::add_thought(std::int64_t part, std::string_view delta,
                             std::vector<StreamChunk>& out) {
    Thought& thought = thoughts_[part];
    emit_thought(thought, false, thought.text.add(delta), out);
}

void OutputItem::complete_thought(std::int64_t part, std::string_view text,
                                  std::vector<StreamChunk>& out) {
    Thought& thought = thoughts_[part];
    emit_thought(thought, false, thought.text.complete(text), out);
}

void OutputItem::add_arguments(std::string_view delta, std::vector<StreamChunk>& out) {
    emit_arguments(arguments_.add(delta), out);
}

void OutputItem::complete_arguments(std::string_view text, std::vector<StreamChunk>& out) {
    emit_arguments(arguments_.complete(text), out);
}

void OutputItem::add_annotation(const json::value& annotation, std::vector<StreamChunk>& out) {
    if (annotation.is_null()) return;
    ++annotations_;
    progress_.any_content = true;
    json::array list;
    list.push_back(nested_annotation(annotation));
    emit_extra("annotations", std::move(list), out);
}

void OutputItem::complete(const json::object& item, std::vector<StreamChunk>& out) {
    if (kind_ == ItemKind::message) complete_message(item, out);
    if (kind_ == ItemKind::call) complete_call(item, out);
    if (kind_ == ItemKind::reasoning) complete_reasoning(item, out);
    complete_ = true;
}

void OutputItem::complete_message(const json::object& item, std::vector<StreamChunk>& out) {
    const auto* content = find_array(item, "content");
    std::size_t annotations = 0;
    for (std::size_t i = 0; content && i < content->size(); ++i) {
        const json::object* part = (*content)[i].if_object();
        if (!part) continue;
        const auto place = static_cast<std::int64_t>(i);
        if (const auto text = find_string(*part, "text")) complete_text(place, *text, out);
        if (const auto text = find_string(*part, "refusal")) complete_refusal(place, *text, out);
        emit_logprobs(place, *part, out);
        const auto* list = find_array(*part, "annotations");
        for (std::size_t k = 0; list && k < list->size(); ++k)
            if (annotations++ >= annotations_) add_annotation((*list)[k], out);
    }
    if (const auto phase = find_string(item, "phase"); phase && !complete_) {
        progress_.position.phase = to_valid_utf8(*phase);
        emit_extra("phase", json::value(progress_.position.phase), out);
    }
}

/// In the shape of chat completions. The deltas have the same piece by piece; a part has them once.
void OutputItem::emit_logprobs(std::int64_t part, const json::object& content,
                               std::vector<StreamChunk>& out) {
    const auto* list = find_array(content, "logprobs");
    if (!list || list->empty() || !logprobs_.insert(part).second) return;
    json::object value;
    value["content"] = json::array(*list, json::storage_ptr());
    emit_extra("logprobs", std::move(value), out);
}

void OutputItem::complete_call(const json::object& item, std::vector<StreamChunk>& out) {
    ToolCallChunk chunk;
    name_call(item, chunk);
    if (!complete_)
        for (const auto& member : other_members(item, is_known_of_call))
            chunk.extra[member.key()] = member.value();
    if (!chunk.id.empty() || !chunk.name.empty() || !chunk.extra.empty())
        out.emplace_back(std::move(chunk));
    for (const auto key : {"arguments", "input"})
        if (const auto text = find_string(item, key)) complete_arguments(*text, out);
}

void OutputItem::complete_reasoning(const json::object& item, std::vector<StreamChunk>& out) {
    if (format_.empty()) announce(item, out);
    const auto complete_parts = [&](std::string_view key, auto complete_part) {
        const auto* parts = find_array(item, key);
        for (std::size_t i = 0; parts && i < parts->size(); ++i) {
            const json::object* part = (*parts)[i].if_object();
            const auto text = part ? find_string(*part, "text") : std::nullopt;
            if (text) (this->*complete_part)(static_cast<std::int64_t>(i), *text, out);
        }
    };
    complete_parts("summary", &OutputItem::complete_summary);
    complete_parts("content", &OutputItem::complete_thought);
    if (!complete_) close_reasoning(item, out);
}

/// The entry that ends the item: its encrypted content, or what its last text still lacks.
void OutputItem::close_reasoning(const json::object& item, std::vector<StreamChunk>& out) {
    const std::string secret = text_in(item, "encrypted_content");
    json::object others = other_members(item, is_known_of_reasoning);
    ReasoningChunk chunk;
    if (!secret.empty()) {
        chunk.details.push_back(reasoning_entry("reasoning.encrypted", "data", secret, id, format_,
                                                progress_.entries++, position_));
    } else {
        const std::string signature = text_in(item, "signature");
        const auto& parts = thoughts_.empty() ? summaries_ : thoughts_;
        const bool says_more = !others.empty() || !signature.empty();
        if (!says_more || parts.empty() || !parts.rbegin()->second.begun) return;
        json::object entry = entry_of(parts.rbegin()->second, thoughts_.empty(), {});
        if (!signature.empty()) entry["signature"] = signature;
        chunk.details.push_back(std::move(entry));
    }
    if (!others.empty()) chunk.details.front().get_object()["item"] = std::move(others);
    chunk.details_present = true;
    progress_.any_content = true;
    out.emplace_back(std::move(chunk));
}

void OutputItem::finish(std::vector<StreamChunk>& out) {
    for (auto& [part, text] : texts_) emit_text(text.flush(), out);
    for (auto& [part, text] : refusals_) emit_refusal(text.flush(), out);
    for (auto& [part, thought] : summaries_) emit_thought(thought, true, thought.text.flush(), out);
    for (auto& [part, thought] : thoughts_) emit_thought(thought, false, thought.text.flush(), out);
    emit_arguments(arguments_.flush(), out);
}

}  // namespace capstan::responses
