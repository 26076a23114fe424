#include "message_list.hpp"

#include "cache_marks.hpp"
#include "tool_call_ids.hpp"
#include "transcript.hpp"

namespace capstan {
namespace {

void reserve_for(std::string& out, const std::vector<const Message*>& messages) {
    std::size_t size = 0;
    for (const Message* message : messages) size += rough_size(*message);
    // Escapes take about a tenth more; encrypted reasoning is not counted.
    out.reserve(out.size() + size + size / 8 + 512);
}

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

}  // namespace

MessageListText append_message_list(std::string& out, const MessageRequest& request,
                                    const MessageListOptions& options) {
    const Transcript transcript(request.system_prompt, request.messages);
    const auto& messages = transcript.messages();
    const CacheMarkPlan plan =
        plan_cache_marks(messages, request.tools, options.cache_marks, options.reserved_marks);
    const ToolCallIds ids =
        map_tool_call_ids(messages, options.models.empty() ? std::string() : options.models[0]);
    ReasoningFilter filter(options.models, options.replay);
    MessageListText result;
    reserve_for(out, messages);
    out += '[';
    for (std::size_t i = 0; i < messages.size(); ++i) {
        if (i > 0) out += ',';
        MessageFormat format;
        ReasoningView reasoning;
        if (const auto* assistant = std::get_if<AssistantMessage>(messages[i])) {
            reasoning = filter.next(*assistant);
            format.reasoning = &reasoning;
            result.has_replayed_reasoning |= replays(reasoning);
        }
        if (plan.message_marks[i]) format.cache_mark = &*plan.message_marks[i];
        format.dropped_marks = plan.message_drops[i];
        if (!ids.empty()) format.ids = &ids;
        append_message(out, *messages[i], format);
        add_media(result.media, *messages[i]);
    }
    out += ']';
    result.tools = tools_text(request.tools, plan);
    return result;
}

}  // namespace capstan
