#include "anthropic/message_turns.hpp"

#include "anthropic/assistant_blocks.hpp"
#include "anthropic/tool_fields.hpp"
#include "chat/cache_marks.hpp"
#include "chat/reasoning_filter.hpp"
#include "chat/tool_call_ids.hpp"
#include "chat/transcript.hpp"

#include <capstan/error.hpp>

#include <optional>

namespace capstan::anthropic {
namespace {

constexpr std::string_view no_beginning = "[The conversation begins here.]";

// Joins what one side says one after the other into one message.
class TurnList {
public:
    void add(std::string_view role, const ListText& blocks) {
        if (blocks.empty()) return;
        if (role_.empty() && role != "user") {
            ListText beginning;
            append_text_block(beginning, no_beginning);
            open("user", beginning);
        }
        if (role == role_) out_.append(",").append(blocks.text());
        else open(role, blocks);
    }

    bool empty() const noexcept { return role_.empty(); }

    std::string take() { return std::move(out_) + "]}]"; }

private:
    void open(std::string_view role, const ListText& blocks) {
        out_ += role_.empty() ? "[" : "]},";
        role_ = role;
        out_.append(R"({"role":")").append(role).append(R"(","content":[)").append(blocks.text());
    }

    std::string out_;
    std::string_view role_;
};

const json::object& extra_of(const Message& message) {
    return std::visit([](const auto& known) -> const json::object& { return known.extra; },
                      message);
}

// The mark that stands beside the content of a message, as the chat format has it.
std::optional<CacheControl> mark_beside(const Message& message) {
    const json::object* mark = find_object(extra_of(message), "cache_control");
    if (!mark) return std::nullopt;
    return CacheControl(std::string(find_string(*mark, "ttl").value_or("")));
}

class TurnWriter {
public:
    TurnWriter(const MessageRequest& request, const TurnOptions& options)
        : request_(request),
          slug_(vendor_slug(options.model)),
          transcript_(request.system_prompt, request.messages),
          marks_(plan_cache_marks(transcript_.messages(), request.tools, options.cache_marks,
                                  options.reserved_marks)),
          ids_(map_tool_call_ids(transcript_.messages(), "anthropic/claude")),
          targets_{same_model_key(options.model)},
          filter_(targets_, options.replay),
          lost_calls_(lost_server_calls(transcript_.messages())) {}

    TurnText write() {
        const auto& messages = transcript_.messages();
        for (std::size_t i = 0; i < messages.size(); ++i) {
            std::visit([&](const auto& known) { add(known, i); }, *messages[i]);
            add_media(text_.media, *messages[i]);
        }
        if (turns_.empty())
            throw ApiError(ErrorKind::invalid_request, "messages: there is none but the system's",
                           "add a message of the user");
        text_.messages = turns_.take();
        if (!system_.empty()) text_.system = '[' + system_.text() + ']';
        text_.tools = write_tools(request_.tools, marks_.tool_drops, slug_);
        if (text_.tools.empty()) {
            text_.tools = tools_of_history(messages);
            text_.tools_are_history = !text_.tools.empty();
        }
        return std::move(text_);
    }

private:
    BlockMarks marks_at(std::size_t index, std::optional<CacheControl>& beside) {
        BlockMarks marks;
        const auto& planned = marks_.message_marks[index];
        beside = mark_beside(*transcript_.messages()[index]);
        marks.dropped = marks_.message_drops[index];
        // The mark beside the content is the last one of a message: kept unless all are dropped.
        const auto carried = cache_mark_ttls(*transcript_.messages()[index]).size();
        if (planned) marks.own = &*planned;
        else if (beside && marks.dropped < carried) marks.own = &*beside;
        return marks;
    }

    void add(const SystemMessage& message, std::size_t index) {
        std::optional<CacheControl> beside;
        const BlockMarks marks = marks_at(index, beside);
        if (turns_.empty()) return append_content(system_, message.content, marks);
        ListText blocks;
        const std::string text = text_of(message.content);
        if (!is_blank(text))
            append_text_block(blocks, "<system>\n" + text + "\n</system>", marks.own);
        turns_.add("user", blocks);
    }

    void add(const UserMessage& message, std::size_t index) {
        std::optional<CacheControl> beside;
        ListText blocks;
        append_content(blocks, message.content, marks_at(index, beside));
        text_.has_uploaded_files |= has_uploaded_file(message.content);
        turns_.add("user", blocks);
        if (blocks.empty()) return;
        in_loop_ = false;
        if (!after_results_) text_.loop_without_thought = false;
    }

    void add(const AssistantMessage& message, std::size_t index) {
        std::optional<CacheControl> beside;
        const ReasoningView view = filter_.next(message, origin_of(message));
        AssistantFormat format;
        format.details = view.details;
        format.ids = &ids_;
        format.marks = marks_at(index, beside);
        format.foreign_format = !slug_.starts_with("anthropic/");
        format.raw_blocks = !format.foreign_format || slug_.find('/') == std::string::npos;
        format.lost = &lost_calls_;
        format.last = index + 1 == transcript_.messages().size();
        ListText blocks;
        const std::size_t thoughts = append_assistant(blocks, message, format);
        text_.has_replayed_reasoning |= thoughts > 0;
        const bool calls = !message.tool_calls.empty();
        if (!in_loop_ || !calls) text_.loop_without_thought = calls && thoughts == 0;
        in_loop_ = calls;
        after_results_ = false;
        turns_.add("assistant", blocks);
    }

    void add(const ToolMessage& message, std::size_t index) {
        std::optional<CacheControl> beside;
        const BlockMarks marks = marks_at(index, beside);
        const auto mapped = ids_.find(message.tool_call_id);
        ListText blocks;
        ObjectText block(blocks.next());
        block.text("type", "tool_result");
        block.text("tool_use_id", mapped == ids_.end() ? message.tool_call_id : mapped->second);
        append_result(block, message, marks);
        if (find_bool(message.extra, "is_error") == true) block.key("is_error") += "true";
        if (marks.own) append_mark(block, *marks.own);
        block.end();
        text_.has_uploaded_files |= has_uploaded_file(message.content);
        after_results_ = true;
        turns_.add("user", blocks);
    }

    static void append_result(ObjectText& block, const ToolMessage& message,
                              const BlockMarks& marks) {
        if (const auto* text = std::get_if<std::string>(&message.content)) {
            if (!text->empty()) block.text("content", *text);
            return;
        }
        BlockMarks inner = marks;
        inner.own = nullptr;  // on the result itself
        ListText parts;
        append_content(parts, message.content, inner);
        if (!parts.empty()) block.key("content") += '[' + parts.text() + ']';
    }

    // All spellings of a model's name are one model.
    static MessageOrigin origin_of(const AssistantMessage& message) {
        MessageOrigin origin = message.origin;
        origin.model = same_model_key(origin.model);
        origin.requested_model = same_model_key(origin.requested_model);
        if (origin.requested_model.empty()) origin.requested_model = origin.model;
        return origin;
    }

    const MessageRequest& request_;
    std::string slug_;
    Transcript transcript_;
    CacheMarkPlan marks_;
    ToolCallIds ids_;
    std::vector<std::string> targets_;
    ReasoningFilter filter_;
    ServerCallIds lost_calls_;
    ListText system_;
    TurnList turns_;
    TurnText text_;
    bool in_loop_ = false;        // among the calls of one turn
    bool after_results_ = false;  // the last message is a result
};

}  // namespace

TurnText write_turns(const MessageRequest& request, const TurnOptions& options) {
    return TurnWriter(request, options).write();
}

}  // namespace capstan::anthropic
