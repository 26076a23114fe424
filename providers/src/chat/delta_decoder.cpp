#include "chat/delta_decoder.hpp"

#include "chat/chunk_memory.hpp"

#include <capstan/reasoning_details.hpp>

#include <utility>

namespace capstan {
namespace {

constexpr std::string_view redacted = "[REDACTED]";

enum class Field { role, content, reasoning, reasoning_content, details, tool_calls,
                   function_call, other };

/// The length tells the known names apart almost alone.
Field field_of(std::string_view key) noexcept {
    switch (key.size()) {
        case 4: return key == "role" ? Field::role : Field::other;
        case 7: return key == "content" ? Field::content : Field::other;
        case 8: return key == "thinking" ? Field::reasoning_content : Field::other;
        case 9: return key == "reasoning" ? Field::reasoning : Field::other;
        case 10: return key == "tool_calls" ? Field::tool_calls : Field::other;
        case 13: return key == "function_call" ? Field::function_call : Field::other;
        case 17:
            if (key == "reasoning_details") return Field::details;
            return key == "reasoning_content" ? Field::reasoning_content : Field::other;
        default: return Field::other;
    }
}

bool is_content_field(std::string_view name) noexcept {
    return name == "images" || name == "annotations" || name == "audio" || name == "refusal";
}

bool is_blank(const json::value& value) noexcept {
    if (value.is_string()) return value.get_string().empty();
    if (value.is_array()) return value.get_array().empty();
    return value.is_null() || (value.is_object() && value.get_object().empty());
}

/// Reasoning as text; what is no string is shown as its JSON.
std::string_view plain_text(const json::value* value, std::string& memory) {
    if (!value || is_blank(*value)) return {};
    if (value->is_string()) return value->get_string();
    memory = to_json_text(*value);
    return memory;
}

}  // namespace

/// The members of a delta that need each other.
struct DeltaDecoder::Fields {
    const json::value* content = nullptr;
    const json::value* reasoning = nullptr;
    const json::value* reasoning_alias = nullptr;
    const json::value* details = nullptr;
    const json::value* tool_calls = nullptr;
    const json::value* function_call = nullptr;
    bool others = false;

    explicit Fields(const json::object& delta) {
        for (const auto& member : delta) {
            const json::value& value = member.value();
            if (value.is_null()) continue;
            switch (field_of(member.key())) {
                case Field::role: break;
                case Field::content: content = &value; break;
                case Field::reasoning: reasoning = &value; break;
                case Field::reasoning_content: reasoning_alias = &value; break;
                case Field::details: details = &value; break;
                case Field::tool_calls: tool_calls = &value; break;
                case Field::function_call: function_call = &value; break;
                case Field::other: others = true; break;
            }
        }
    }
};

void DeltaDecoder::add(const json::object& delta, std::vector<StreamChunk>& out) {
    const Fields fields(delta);
    if (fields.details || fields.reasoning || fields.reasoning_alias) add_reasoning(fields, out);
    if (fields.content) add_content(*fields.content, out);
    if (fields.tool_calls) add_tool_calls(*fields.tool_calls, out);
    if (fields.function_call && fields.function_call->is_object()) {
        tool_calls_.add_function_call(fields.function_call->get_object(), out);
    }
    if (!fields.others) return;
    for (const auto& member : delta) {
        if (field_of(member.key()) == Field::other) add_extra(member.key(), member.value(), out);
    }
}

void DeltaDecoder::add_text(std::string_view text, std::vector<StreamChunk>& out) {
    if (text.empty()) return;
    any_content_ = true;
    std::string joined = content_.join(text);
    if (!joined.empty()) out.emplace_back(std::in_place_type<TextChunk>, std::move(joined));
}

void DeltaDecoder::add_content(const json::value& content, std::vector<StreamChunk>& out) {
    if (content.is_string()) return add_text(content.get_string(), out);
    if (content.is_object()) return add_content_part(content, out);
    if (!content.is_array()) return;
    for (const json::value& part : content.get_array()) add_content_part(part, out);
}

void DeltaDecoder::add_content_part(const json::value& part, std::vector<StreamChunk>& out) {
    if (part.is_string()) return add_text(part.get_string(), out);
    if (!part.is_object()) return;
    const json::object& object = part.get_object();
    const std::string_view type = find_string(object, "type").value_or("");
    if (type == "image_url") {
        json::array images;
        images.push_back(part);
        return add_extra("images", images, out);
    }
    if (type == "refusal") {
        if (const auto* refusal = find(object, "refusal")) add_extra("refusal", *refusal, out);
        return;
    }
    if (const auto* thoughts = find_array(object, "thinking")) {
        for (const json::value& thought : *thoughts) {
            const json::object* inner = thought.if_object();
            const auto text = inner ? find_string(*inner, "text") : std::nullopt;
            if (text) add_plain_reasoning(*text, out);
        }
        return;
    }
    if (const auto thinking = find_string(object, "thinking")) add_plain_reasoning(*thinking, out);
    if (const auto text = find_string(object, "text")) add_text(*text, out);
}

void DeltaDecoder::add_tool_calls(const json::value& calls, std::vector<StreamChunk>& out) {
    if (calls.is_array()) return tool_calls_.add(calls.get_array(), out);
    if (!calls.is_object()) return;
    json::array one;
    one.push_back(calls);
    tool_calls_.add(one, out);
}

void DeltaDecoder::add_reasoning(const Fields& fields, std::vector<StreamChunk>& out) {
    std::string memory;
    std::string_view plain = plain_text(fields.reasoning, memory);
    if (plain.empty()) plain = plain_text(fields.reasoning_alias, memory);

    const json::array* details = fields.details ? fields.details->if_array() : nullptr;
    if (details && details->size() == 1) {
        ReasoningChunk chunk(copy_for_chunk(*details));
        emit_reasoning(displayable_reasoning(details->front()), plain, std::move(chunk), out);
    } else if (details && !details->empty()) {
        ReasoningChunk chunk(copy_for_chunk(*details));
        emit_reasoning(displayable_reasoning(*details), plain, std::move(chunk), out);
    } else {
        ReasoningChunk chunk;
        std::string_view shown;
        if (details) any_empty_details_ = true;
        if (fields.details && fields.details->is_object()) {
            chunk.details.push_back(*fields.details);
            shown = displayable_reasoning(*fields.details);
        }
        emit_reasoning(shown, plain, std::move(chunk), out);
    }
}

void DeltaDecoder::add_plain_reasoning(std::string_view text, std::vector<StreamChunk>& out) {
    emit_reasoning({}, text, ReasoningChunk(), out);
}

/// Both texts tell the same tokens: `shown` is that of the details, `plain` that of `reasoning`.
void DeltaDecoder::emit_reasoning(std::string_view shown, std::string_view plain,
                                  ReasoningChunk chunk, std::vector<StreamChunk>& out) {
    chunk.details_present = !chunk.details.empty();
    any_details_ = any_details_ || chunk.details_present;
    if (plain.empty() && shown.empty() && !chunk.details_present) return;
    any_content_ = true;
    if (shown.empty() && plain != redacted) shown = plain;
    if (hide_reasoning_) {
        chunk.hidden_text = hidden_.join(plain.empty() ? shown : plain);
    } else {
        chunk.text = reasoning_.join(shown);
        if (!plain.empty() && plain != shown) chunk.hidden_text = hidden_.join(plain);
    }
    const bool says_something =
        chunk.details_present || !chunk.text.empty() || !chunk.hidden_text.empty();
    if (says_something) out.emplace_back(std::move(chunk));
}

void DeltaDecoder::add_extra(std::string_view name, const json::value& value,
                             std::vector<StreamChunk>& out) {
    const bool content = is_content_field(name);
    if (value.is_null() || (content && is_blank(value))) return;
    any_content_ = any_content_ || content;
    ExtraChunk chunk;
    chunk.name = to_valid_utf8(name);
    chunk.value = json::value(value, json::storage_ptr());
    out.emplace_back(std::move(chunk));
}

void DeltaDecoder::finish(std::vector<StreamChunk>& out) {
    ReasoningChunk rest;
    rest.text = reasoning_.flush();
    rest.hidden_text = hidden_.flush();
    rest.details_present = any_empty_details_ && !any_details_;
    any_empty_details_ = false;
    if (rest.details_present || !rest.text.empty() || !rest.hidden_text.empty()) {
        out.emplace_back(std::move(rest));
    }
    if (content_.holds_back()) out.emplace_back(std::in_place_type<TextChunk>, content_.flush());
    tool_calls_.finish(out);
}

}  // namespace capstan
