#include <capstan/context.hpp>

#include <algorithm>

namespace capstan {
namespace {

std::string at(std::size_t index) { return "messages[" + std::to_string(index) + "]"; }

bool has_double_id(const std::vector<ToolCall>& calls) {
    std::vector<std::string_view> ids;
    for (const ToolCall& call : calls) ids.push_back(call.id);
    std::sort(ids.begin(), ids.end());
    return std::adjacent_find(ids.begin(), ids.end()) != ids.end();
}

// Looks at one message with calls and the results behind it; moves `next` behind these.
std::string calls_fault(const Conversation::Messages& messages, const std::vector<ToolCall>& calls,
                        std::size_t& next, bool open_tail) {
    const std::size_t caller = next - 1;
    if (has_double_id(calls)) return at(caller) + ": two calls have the same id";
    std::size_t open = 0;
    auto call = calls.begin();
    for (; next < messages.size(); ++next) {
        const auto* result = std::get_if<ToolMessage>(&messages[next]);
        if (!result) break;
        const auto same = [&](const ToolCall& one) { return one.id == result->tool_call_id; };
        const auto found = std::find_if(call, calls.end(), same);
        if (found == calls.end())
            return at(next) + ": no open call of " + at(caller) + " has the id " +
                   result->tool_call_id;
        open += static_cast<std::size_t>(found - call);
        call = found + 1;
    }
    open += static_cast<std::size_t>(calls.end() - call);
    if (open == 0 || (open_tail && next == messages.size())) return {};
    return at(caller) + ": " + std::to_string(open) + " of its calls have no result in their place";
}

}  // namespace

std::string transcript_fault(const Conversation& conversation, bool open_tail) {
    const auto messages = conversation.messages();
    for (std::size_t next = 0; next < messages.size();) {
        const Message& message = messages[next++];
        if (std::holds_alternative<ToolMessage>(message))
            return at(next - 1) + ": a result without a call before it";
        const auto* caller = std::get_if<AssistantMessage>(&message);
        if (!caller || caller->tool_calls.empty()) continue;
        std::string fault = calls_fault(messages, caller->tool_calls, next, open_tail);
        if (!fault.empty()) return fault;
    }
    return {};
}

}  // namespace capstan
