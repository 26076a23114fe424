#include "anthropic/assistant_blocks.hpp"

#include "anthropic/native_content.hpp"
#include "chat/reasoning_filter.hpp"

#include <algorithm>

namespace capstan::anthropic {
namespace {

std::string_view text_in(const json::object& entry, std::string_view name) noexcept {
    return find_string(entry, name).value_or(std::string_view());
}

bool is_thought(const json::value& value, bool foreign_format) noexcept {
    const json::object* entry = value.if_object();
    if (!entry) return false;
    const std::string_view format = text_in(*entry, "format");
    if (!foreign_format && !format.empty() && format_family(format) != "anthropic") return false;
    const std::string_view type = text_in(*entry, "type");
    if (type == "reasoning.text") return !text_in(*entry, "signature").empty();
    return type == "reasoning.encrypted" && !text_in(*entry, "data").empty();
}

void append_thought(ListText& blocks, const json::object& entry) {
    ObjectText block(blocks.next());
    if (text_in(entry, "type") == "reasoning.text") {
        block.text("type", "thinking").text("thinking", text_in(entry, "text"));
        block.text("signature", text_in(entry, "signature"));
    } else {
        block.text("type", "redacted_thinking").text("data", text_in(entry, "data"));
    }
    block.end();
}

std::vector<const json::object*> thoughts_in(const AssistantFormat& format) {
    std::vector<const json::object*> thoughts;
    if (!format.details) return thoughts;
    for (const json::value& value : *format.details)
        if (is_thought(value, format.foreign_format)) thoughts.push_back(value.if_object());
    return thoughts;
}

void append_call(ListText& blocks, const ToolCall& call, const ToolCallIds& ids) {
    const auto mapped = ids.find(call.id);
    ObjectText block(blocks.next());
    block.text("type", "tool_use").text("id", mapped == ids.end() ? call.id : mapped->second);
    block.text("name", call.name);
    append_input(block.key("input"), call);
    for (const char* name : {"caller", "toolset_name"})
        if (const json::value* value = find(call.extra, name)) block.json(name, *value);
    block.end();
}

std::string_view right_trimmed(std::string_view text) noexcept {
    const auto end = text.find_last_not_of(" \t\r\n");
    return end == std::string_view::npos ? std::string_view() : text.substr(0, end + 1);
}

// Walks over the recorded blocks; every thought, call and byte of text has its place there.
class Layout {
public:
    Layout(const AssistantMessage& message, const json::array& recorded)
        : message_(message), recorded_(recorded) {}

    /// False if the message is no longer the answer that was recorded.
    bool fits(std::size_t thoughts, bool any_thoughts) const {
        const auto* text = std::get_if<std::string>(&message_.content);
        std::size_t thinking = 0;
        std::size_t calls = 0;
        std::size_t bytes = 0;
        for (const json::value& value : recorded_) {
            const json::object* block = value.if_object();
            if (!block) return false;
            const std::string_view type = text_in(*block, "type");
            thinking += type == "thinking" ? 1 : 0;
            calls += type == "tool_use" ? 1 : 0;
            if (type == "text") bytes += bytes_of(*block);
        }
        return text && bytes == text->size() && calls == message_.tool_calls.size() &&
               (!any_thoughts || thinking == thoughts);
    }

    void append(ListText& blocks, const std::vector<const json::object*>& thoughts,
                const AssistantFormat& format) {
        for (const json::value& value : recorded_) {
            const json::object& block = value.get_object();
            const std::string_view type = text_in(block, "type");
            if (type == "thinking") {
                if (thought_ < thoughts.size()) append_thought(blocks, *thoughts[thought_++]);
            } else if (type == "text") {
                append_text(blocks, block);
            } else if (type == "tool_use") {
                append_call(blocks, message_.tool_calls[call_++], *format.ids);
            } else if (format.raw_blocks) {
                append_json_text(blocks.next(), block);
            }
        }
    }

private:
    static std::size_t bytes_of(const json::object& block) noexcept {
        return static_cast<std::size_t>(
            std::max<std::int64_t>(0, find_int(block, "bytes").value_or(0)));
    }

    void append_text(ListText& blocks, const json::object& recorded) {
        const std::string_view whole = std::get<std::string>(message_.content);
        const std::string_view text = whole.substr(at_, bytes_of(recorded));
        at_ += text.size();
        const json::array* citations = find_array(recorded, "citations");
        if (!citations) return append_text_block(blocks, text);
        if (is_blank(text)) return;
        ObjectText block(blocks.next());
        block.text("type", "text").text("text", text).json("citations", *citations).end();
    }

    const AssistantMessage& message_;
    const json::array& recorded_;
    std::size_t thought_ = 0;
    std::size_t call_ = 0;
    std::size_t at_ = 0;
};

void append_text(ListText& blocks, const AssistantMessage& message, const AssistantFormat& format) {
    const auto* text = std::get_if<std::string>(&message.content);
    if (!text) return append_content(blocks, message.content, format.marks);
    const bool ends = format.last && message.tool_calls.empty();
    append_text_block(blocks, ends ? right_trimmed(*text) : std::string_view(*text),
                      format.marks.own);
}

}  // namespace

void append_input(std::string& out, const ToolCall& call) {
    if (is_blank(call.arguments)) {
        out += "{}";
        return;
    }
    const auto value = try_parse_json(call.arguments);
    if (value && value->is_object()) return append_json_text(out, *value);
    ObjectText input(out);
    const bool custom = find_string(call.extra, "type") == "custom";
    input.text(custom ? "input" : "INVALID_JSON", call.arguments).end();
}

std::size_t append_assistant(ListText& blocks, const AssistantMessage& message,
                             const AssistantFormat& format) {
    const auto thoughts = thoughts_in(format);
    if (const json::array* recorded = native_blocks(message.extra)) {
        Layout layout(message, *recorded);
        if (layout.fits(thoughts.size(), !thoughts.empty())) {
            layout.append(blocks, thoughts, format);
            return thoughts.size();
        }
    }
    for (const json::object* thought : thoughts) append_thought(blocks, *thought);
    append_text(blocks, message, format);
    for (const ToolCall& call : message.tool_calls) append_call(blocks, call, *format.ids);
    return thoughts.size();
}

}  // namespace capstan::anthropic
