#include "agent/agent_run_impl.hpp"

#include <map>
#include <set>

namespace capstan::detail {
namespace {

constexpr const char* no_result =
    "No result of this call is known: the conversation was cut off behind it.";

/// The results that stand behind message `index`, by the ids of its calls; the first one counts.
std::map<std::string, ToolMessage> results_behind(const Conversation& history, std::size_t& index) {
    std::map<std::string, ToolMessage> results;
    for (; index < history.size(); ++index) {
        const auto* result = std::get_if<ToolMessage>(&history.messages()[index]);
        if (!result) break;
        results.try_emplace(result->tool_call_id, *result);
    }
    return results;
}

}  // namespace

Conversation repaired_history(Conversation history) {
    if (transcript_fault(history).empty()) return history;
    Conversation repaired;
    const auto add = [&](Message message, bool pinned) {
        repaired.add(std::move(message));
        if (pinned) repaired.pin(repaired.size() - 1);
    };
    for (std::size_t next = 0; next < history.size();) {
        const bool pinned = history.pinned(next);
        Message message = history.messages()[next++];
        if (std::holds_alternative<ToolMessage>(message)) continue;
        auto* caller = std::get_if<AssistantMessage>(&message);
        if (!caller || caller->tool_calls.empty()) {
            add(std::move(message), pinned);
            continue;
        }
        make_call_ids_unique(*caller);
        const auto calls = caller->tool_calls;
        add(std::move(message), pinned);
        auto results = results_behind(history, next);
        for (const auto& call : calls) {
            const auto found = results.find(call.id);
            if (found != results.end()) repaired.add(found->second);
            else repaired.add(ToolMessage(call.id, std::string(no_result)));
        }
    }
    return repaired;
}

void make_call_ids_unique(AssistantMessage& message) {
    std::set<std::string> taken;
    for (const auto& call : message.tool_calls) taken.insert(call.id);
    std::set<std::string> seen;
    for (auto& call : message.tool_calls) {
        if (!call.id.empty() && seen.insert(call.id).second) continue;
        const std::string stem = (call.id.empty() ? "call" : call.id) + "_";
        int number = 1;
        do call.id = stem + std::to_string(number++);
        while (!taken.insert(call.id).second);
    }
}

}  // namespace capstan::detail
