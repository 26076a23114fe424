#include "compatible/history.hpp"

#include "chat/tool_call_ids.hpp"
#include "chat/transcript.hpp"
#include "compatible/history_content.hpp"

#include <capstan/message_writer.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace capstan::compatible {
namespace {

constexpr std::size_t all_marks = static_cast<std::size_t>(-1) / 2;

template <std::size_t N>
void keep_members(json::object& extra, const std::array<std::string_view, N>& names) {
    json::object kept;
    for (const auto& member : extra)
        if (std::find(names.begin(), names.end(), member.key()) != names.end())
            kept.emplace(member.key(), member.value());
    extra = std::move(kept);
}

// The families whose models refuse other ids and other orders of roles whoever runs them.
bool is_mistral(std::string_view model) {
    for (const auto word : {"mistral", "mixtral", "ministral", "codestral", "devstral", "magistral",
                            "pixtral", "voxtral"})
        if (model.find(word) != model.npos) return true;
    return false;
}

ToolCallIds map_ids(const Transcript& transcript, std::string_view model, ToolCallIdRule rule) {
    switch (is_mistral(model) ? ToolCallIdRule::exactly_9_alphanumeric : rule) {
        case ToolCallIdRule::up_to_40:
            return map_tool_call_ids(transcript.messages(), "openai/any");
        case ToolCallIdRule::exactly_9_alphanumeric:
            return map_tool_call_ids(transcript.messages(), "mistralai/any");
        case ToolCallIdRule::any: break;
    }
    return {};
}

// Writes one message after the other.
class HistoryWriter {
public:
    HistoryWriter(std::string& out, const Transcript& transcript, std::string_view model,
                  const OpenAiQuirks& quirks, ReasoningReplay replay)
        : out_(out),
          transcript_(transcript),
          model_(model),
          quirks_(quirks),
          ids_(map_ids(transcript, model, *quirks.tool_call_ids)),
          replays_(replay == ReasoningReplay::fitting &&
                   quirks.reasoning_history != ReasoningHistory::none),
          user_after_tool_(*quirks.user_after_tool && !is_mistral(model)) {
        format_.dropped_marks = all_marks;
        format_.null_content = *quirks.null_content;
        if (!ids_.empty()) format_.ids = &ids_;
        find_tool_turns();
    }

    void write(std::size_t index) {
        const Message& message = *transcript_.messages()[index];
        const bool is_result = std::holds_alternative<ToolMessage>(message);
        if (!is_result) flush_images();
        if (std::holds_alternative<UserMessage>(message)) end_tool_turn();
        begin();
        std::visit([&](const auto& known) { write_one(index, known); }, message);
        behind_tool_ = is_result;
    }

    /// Pictures of tools, which wait for the last result of their turn.
    void flush_images() {
        if (images_.empty()) return;
        end_tool_turn();
        begin();
        images_.insert(images_.begin(),
                       ContentPart(TextPart("Pictures from the results of the tools above:")));
        append_message(out_, UserMessage(std::move(images_)), format_);
        images_.clear();
        behind_tool_ = false;
    }

private:
    // Where a message of the user, which is about to come, may not follow the result of a tool.
    void end_tool_turn() {
        if (!behind_tool_ || user_after_tool_) return;
        begin();
        out_ += R"({"role":"assistant","content":"OK."})";
    }

    void begin() {
        if (!first_) out_ += ',';
        first_ = false;
    }

    // A turn goes from one message of the user to the next.
    void find_tool_turns() {
        const auto& messages = transcript_.messages();
        in_tool_turn_.assign(messages.size(), false);
        bool calls = false;
        for (std::size_t end = messages.size(), i = end; i-- > 0;) {
            if (const auto* caller = std::get_if<AssistantMessage>(messages[i]))
                calls |= !caller->tool_calls.empty();
            if (i > 0 && !std::holds_alternative<UserMessage>(*messages[i])) continue;
            std::fill(in_tool_turn_.begin() + static_cast<std::ptrdiff_t>(i),
                      in_tool_turn_.begin() + static_cast<std::ptrdiff_t>(end), calls);
            calls = false;
            end = i;
        }
        for (std::size_t i = 0; i < messages.size(); ++i)
            if (std::holds_alternative<AssistantMessage>(*messages[i])) last_answer_ = i + 1;
    }

    void keep_name(json::object& extra) const {
        if (*quirks_.message_extras) keep_members(extra, std::array<std::string_view, 1>{"name"});
        else extra.clear();
    }

    Content content_for(std::size_t index, const Content& content) const {
        return fit_content(content, quirks_, index < last_answer_);
    }

    void write_one(std::size_t index, const SystemMessage& message) {
        if (is_plain(index, message.content, message.extra) &&
            (message.role == "system" || *quirks_.developer_role))
            return copy(index);
        SystemMessage fitted = message;
        fitted.content = content_for(index, message.content);
        if (!*quirks_.developer_role) fitted.role = "system";
        keep_name(fitted.extra);
        append_message(out_, fitted, format_);
    }

    void write_one(std::size_t index, const UserMessage& message) {
        if (is_plain(index, message.content, message.extra)) return copy(index);
        UserMessage fitted = message;
        fitted.content = content_for(index, message.content);
        keep_name(fitted.extra);
        append_message(out_, fitted, format_);
    }

    void write_one(std::size_t index, const ToolMessage& message) {
        if (is_plain(index, message.content, message.extra) && ids_.empty()) return copy(index);
        ToolMessage fitted = message;
        fitted.content = take_images(content_for(index, message.content), images_);
        keep_members(fitted.extra, std::array<std::string_view, 1>{"name"});
        append_message(out_, fitted, format_);
    }

    void write_one(std::size_t index, const AssistantMessage& message) {
        AssistantMessage fitted = message;
        fitted.content = content_for(index, message.content);
        fitted.reasoning = Reasoning();
        const bool own = is_own(message);
        fit_extra(fitted, quirks_, own);
        // Fields of the calls are for the model that made them, e.g. Gemini's signatures.
        if (!own)
            for (ToolCall& call : fitted.tool_calls)
                keep_members(call.extra, std::array<std::string_view, 2>{"type", "custom"});
        add_reasoning(index, message, own, fitted);
        append_message(out_, fitted, format_);
    }

    void add_reasoning(std::size_t index, const AssistantMessage& message, bool own,
                       AssistantMessage& fitted) const {
        const bool all = quirks_.reasoning_history == ReasoningHistory::all;
        if (!replays_ || !(all || in_tool_turn_[index])) return;
        const std::string text = own ? message.reasoning.text : std::string();
        const std::string& field = *quirks_.reasoning_field;
        const bool needed = *quirks_.empty_reasoning && !message.tool_calls.empty();
        // That field is one of the message's own, which it writes itself.
        if (field == "reasoning") fitted.reasoning.text = text;
        else if (!text.empty() || needed) fitted.extra[field] = text;
    }

    bool is_own(const AssistantMessage& message) const {
        const MessageOrigin& origin = message.origin;
        const bool unknown = origin.requested_model.empty() && origin.model.empty();
        return unknown || origin.requested_model == model_ || origin.model == model_;
    }

    // True if the text that is kept with the message is what has to be sent.
    bool is_plain(std::size_t index, const Content& content, const json::object& extra) const {
        return extra.empty() && std::holds_alternative<std::string>(content) &&
               transcript_.text(index);
    }

    void copy(std::size_t index) { out_ += *transcript_.text(index); }

    std::string& out_;
    const Transcript& transcript_;
    std::string_view model_;
    const OpenAiQuirks& quirks_;
    ToolCallIds ids_;
    MessageFormat format_;
    bool replays_;
    bool user_after_tool_;
    bool first_ = true;
    bool behind_tool_ = false;
    std::size_t last_answer_ = 0;  // messages before this one are history
    std::vector<bool> in_tool_turn_;
    std::vector<ContentPart> images_;
};

}  // namespace

MediaSize append_history(std::string& out, const MessageRequest& request, std::string_view model,
                         const OpenAiQuirks& quirks, ReasoningReplay replay) {
    const Transcript transcript(request.system_prompt, request.messages);
    const auto& messages = transcript.messages();
    MediaSize media;
    std::size_t size = 512;
    for (const Message* message : messages) {
        add_media(media, *message);
        size += rough_size(*message) * 9 / 8;
    }
    out.reserve(out.size() + size);
    HistoryWriter writer(out, transcript, model, quirks, replay);
    out += '[';
    for (std::size_t i = 0; i < messages.size(); ++i) writer.write(i);
    writer.flush_images();
    out += ']';
    return media;
}

}  // namespace capstan::compatible
