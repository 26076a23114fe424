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

bool is_server_call(std::string_view type) noexcept { return type.ends_with("_tool_use"); }

// What an answer says of its sources, without the member that a request must not have.
json::array replayed(const json::array& citations) {
    json::array result = citations;
    for (json::value& citation : result)
        if (json::object* object = citation.if_object()) object->erase("file_id");
    return result;
}

std::string_view right_trimmed(std::string_view text) noexcept {
    const auto end = text.find_last_not_of(" \t\r\n");
    return end == std::string_view::npos ? std::string_view() : text.substr(0, end + 1);
}

// The last message must not end in white space. Its content is one text.
std::string_view sent_text(const AssistantMessage& message, const AssistantFormat& format) {
    const std::string_view text = std::get<std::string>(message.content);
    return format.last && message.tool_calls.empty() ? right_trimmed(text) : text;
}

// Walks over the recorded blocks; every thought, call and byte of text has its place there.
class Layout {
public:
    Layout(const AssistantMessage& message, const json::array& recorded,
           const AssistantFormat& format)
        : message_(message), recorded_(recorded), format_(format), thoughts_(thoughts_in(format)) {}

    /// False if the message is no longer the answer that was recorded.
    bool fits() const {
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
               (thoughts_.empty() || thinking == thoughts_.size());
    }

    /// Returns how many thoughts it wrote.
    std::size_t append(ListText& blocks) {
        for (const json::value& value : recorded_) {
            const json::object& block = value.get_object();
            const std::string_view type = text_in(block, "type");
            if (type == "thinking") {
                ++reached_;
            } else if (type == "text") {
                append_text(blocks, block);
            } else if (type == "tool_use") {
                append_call(after_thoughts(blocks), message_.tool_calls[call_++], *format_.ids);
            } else if (goes_back(block, type)) {
                append_json_text(after_thoughts(blocks).next(), block);
            }
        }
        if (!format_.last) after_thoughts(blocks);
        return written_;
    }

private:
    static std::size_t bytes_of(const json::object& block) noexcept {
        return static_cast<std::size_t>(
            std::max<std::int64_t>(0, find_int(block, "bytes").value_or(0)));
    }

    // A thought is written when something follows it.
    ListText& after_thoughts(ListText& blocks) {
        for (; written_ < std::min(reached_, thoughts_.size()); ++written_)
            append_thought(blocks, *thoughts_[written_]);
        return blocks;
    }

    bool goes_back(const json::object& block, std::string_view type) const {
        if (!format_.raw_blocks) return false;
        return !format_.lost || !is_server_call(type) ||
               !format_.lost->contains(text_in(block, "id"));
    }

    void append_text(ListText& blocks, const json::object& recorded) {
        std::string_view text = sent_text(message_, format_);
        text = text.substr(std::min(at_, text.size()), bytes_of(recorded));
        at_ += bytes_of(recorded);
        if (is_blank(text)) return;
        ObjectText block(after_thoughts(blocks).next());
        block.text("type", "text").text("text", text);
        if (const json::array* citations = find_array(recorded, "citations"))
            block.json("citations", replayed(*citations));
        block.end();
    }

    const AssistantMessage& message_;
    const json::array& recorded_;
    const AssistantFormat& format_;
    const std::vector<const json::object*> thoughts_;
    std::size_t reached_ = 0;  // thoughts, in what was recorded
    std::size_t written_ = 0;
    std::size_t call_ = 0;
    std::size_t at_ = 0;
};

void append_text(ListText& blocks, const AssistantMessage& message, const AssistantFormat& format) {
    if (!std::holds_alternative<std::string>(message.content))
        return append_content(blocks, message.content, format.marks);
    append_text_block(blocks, sent_text(message, format), format.marks.own);
}

// In the usual order: thoughts, text, calls.
std::size_t append_plain(ListText& blocks, const AssistantMessage& message,
                         const AssistantFormat& format) {
    ListText rest;
    append_text(rest, message, format);
    for (const ToolCall& call : message.tool_calls) append_call(rest, call, *format.ids);
    const auto thoughts = thoughts_in(format);
    if (rest.empty() && format.last) return 0;
    for (const json::object* thought : thoughts) append_thought(blocks, *thought);
    if (!rest.empty()) blocks.next() += rest.text();
    return thoughts.size();
}

// Keeps the calls that are open after this message.
void follow_calls(ServerCallIds& open, ServerCallIds& lost, const json::array& blocks) {
    for (const json::value& value : blocks) {
        const json::object* block = value.if_object();
        if (!block) continue;
        const std::string_view answered = text_in(*block, "tool_use_id");
        open.erase(answered);
        lost.erase(answered);
        if (is_server_call(text_in(*block, "type"))) open.insert(text_in(*block, "id"));
    }
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
    if (const json::array* recorded = native_blocks(message.extra)) {
        Layout layout(message, *recorded, format);
        if (layout.fits()) return layout.append(blocks);
    }
    return append_plain(blocks, message, format);
}

ServerCallIds lost_server_calls(std::span<const Message* const> messages) {
    ServerCallIds open;
    ServerCallIds lost;
    for (const Message* message : messages) {
        if (const auto* answer = std::get_if<AssistantMessage>(message)) {
            if (const json::array* blocks = native_blocks(answer->extra))
                follow_calls(open, lost, *blocks);
        } else if (!std::holds_alternative<ToolMessage>(*message)) {
            lost.merge(open);
            open.clear();
        }
    }
    return lost;
}

}  // namespace capstan::anthropic
