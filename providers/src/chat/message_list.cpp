#include "chat/message_list.hpp"

#include "chat/cache_marks.hpp"
#include "chat/tool_call_ids.hpp"
#include "chat/transcript.hpp"

#include <algorithm>

namespace capstan {
namespace {

// A shorter text costs less to copy than to be sent from where it is.
constexpr std::size_t least_shared = 1024;

// How one message is written: from the text that is kept with it, or anew.
struct Piece {
    const std::string* text = nullptr;
    bool shared = false;  // not even that is copied
    ReasoningView reasoning;
    bool own_reasoning = true;
};

bool replays(const ReasoningView& view) { return view.details && !view.details->empty(); }

std::string tools_text(const ToolDefinitions& tools, const CacheMarkPlan& plan) {
    if (tools.empty()) return {};
    std::string out = "[";
    for (std::size_t i = 0; i < tools.size(); ++i) {
        if (i > 0) out += ',';
        append_tool(out, tools[i], plan.tool_drops[i] > 0);
    }
    out += ']';
    return out;
}

// True if the view is what the message itself says; beside details the text is not written.
bool is_own(const ReasoningView& view, const Reasoning& own) {
    if (view.details != (own.details ? &*own.details : nullptr)) return false;
    return replays(view) || view.text == own.text;
}

bool mentions(const ToolCallIds& ids, const Message& message) {
    if (ids.empty()) return false;
    if (const auto* result = std::get_if<ToolMessage>(&message))
        return ids.contains(result->tool_call_id);
    const auto* caller = std::get_if<AssistantMessage>(&message);
    return caller && std::any_of(caller->tool_calls.begin(), caller->tool_calls.end(),
                                 [&](const ToolCall& call) { return ids.contains(call.id); });
}

// Decides how each message is written.
class PiecePlan {
public:
    PiecePlan(const Transcript& transcript, const CacheMarkPlan& marks, const ToolCallIds& ids,
              bool share)
        : transcript_(transcript), marks_(marks), ids_(ids), share_(share) {
        pieces_.resize(transcript.messages().size());
    }

    void add(std::size_t index, ReasoningFilter& filter) {
        const Message& message = *transcript_.messages()[index];
        Piece& piece = pieces_[index];
        if (const auto* assistant = std::get_if<AssistantMessage>(&message)) {
            piece.reasoning = filter.next(*assistant);
            piece.own_reasoning = is_own(piece.reasoning, assistant->reasoning);
            has_replayed_ |= replays(piece.reasoning);
        }
        const bool plain = !marks_.message_marks[index] && marks_.message_drops[index] == 0;
        if (plain && piece.own_reasoning && !mentions(ids_, message))
            piece.text = transcript_.text(index);
        piece.shared = share_ && piece.text && piece.text->size() >= least_shared;
        if (!piece.shared)
            size_ += piece.text ? piece.text->size() : rough_size(message) * 9 / 8;
        ++size_;
    }

    void append(std::string& out, std::vector<HttpBodyPart>& parts) const {
        out.reserve(out.size() + size_ + 512);
        out += '[';
        for (std::size_t i = 0; i < pieces_.size(); ++i) {
            if (i > 0) out += ',';
            if (pieces_[i].shared) parts.emplace_back(out.size(), transcript_.shared_text(i));
            else if (pieces_[i].text) out += *pieces_[i].text;
            else append_anew(out, i);
        }
        out += ']';
    }

    bool has_replayed() const noexcept { return has_replayed_; }

private:
    void append_anew(std::string& out, std::size_t index) const {
        MessageFormat format;
        const Piece& piece = pieces_[index];
        if (!piece.own_reasoning) format.reasoning = &piece.reasoning;
        if (marks_.message_marks[index]) format.cache_mark = &*marks_.message_marks[index];
        format.dropped_marks = marks_.message_drops[index];
        if (!ids_.empty()) format.ids = &ids_;
        append_message(out, *transcript_.messages()[index], format);
    }

    const Transcript& transcript_;
    const CacheMarkPlan& marks_;
    const ToolCallIds& ids_;
    bool share_;
    std::vector<Piece> pieces_;
    std::size_t size_ = 0;
    bool has_replayed_ = false;
};

}  // namespace

MessageListText append_message_list(std::string& out, const MessageRequest& request,
                                    const MessageListOptions& options) {
    const Transcript transcript(request.system_prompt, request.messages);
    const auto& messages = transcript.messages();
    const CacheMarkPlan marks =
        plan_cache_marks(messages, request.tools, options.cache_marks, options.reserved_marks);
    const ToolCallIds ids =
        map_tool_call_ids(messages, options.models.empty() ? std::string() : options.models[0]);
    ReasoningFilter filter(options.models, options.replay);
    PiecePlan pieces(transcript, marks, ids, options.share_texts);
    MessageListText result;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        pieces.add(i, filter);
        add_media(result.media, *messages[i]);
    }
    pieces.append(out, result.parts);
    result.has_replayed_reasoning = pieces.has_replayed();
    result.tools = tools_text(request.tools, marks);
    return result;
}

}  // namespace capstan
