#include "chat/transcript.hpp"

namespace capstan {
namespace {

constexpr const char* interrupted = "[The call was interrupted; it has no result.]";

}  // namespace

Transcript::Transcript(const std::string& system_prompt, const Conversation& conversation)
    : conversation_(conversation) {
    const Conversation::Messages history = conversation.messages();
    messages_.reserve(history.size() + 1);
    sources_.reserve(history.size() + 1);
    if (!system_prompt.empty()) add(SystemMessage(system_prompt));
    for (std::size_t i = 0; i < history.size();) {
        const Message& message = history[i++];
        if (std::holds_alternative<ToolMessage>(message)) continue;
        record(history, i - 1);
        if (const auto* caller = std::get_if<AssistantMessage>(&message))
            i = add_results(*caller, history, i);
    }
}

const std::string* Transcript::text(std::size_t index) const {
    const std::size_t source = sources_.at(index);
    return source == not_recorded ? nullptr : &conversation_.message_text(source);
}

std::shared_ptr<const std::string> Transcript::shared_text(std::size_t index) const {
    return conversation_.shared_message_text(sources_.at(index));
}

void Transcript::record(const Conversation::Messages& history, std::size_t index) {
    messages_.push_back(&history[index]);
    sources_.push_back(index);
}

void Transcript::add(Message message) {
    messages_.push_back(&added_.emplace_back(std::move(message)));
    sources_.push_back(not_recorded);
}

// Results keep the order in which they were recorded; returns the index behind them.
std::size_t Transcript::add_results(const AssistantMessage& caller,
                                    const Conversation::Messages& history, std::size_t next) {
    std::vector<bool> answered(caller.tool_calls.size(), false);
    for (; next < history.size(); ++next) {
        const auto* result = std::get_if<ToolMessage>(&history[next]);
        if (!result) break;
        for (std::size_t i = 0; i < answered.size(); ++i) {
            if (answered[i] || caller.tool_calls[i].id != result->tool_call_id) continue;
            answered[i] = true;
            record(history, next);
            break;
        }
    }
    for (std::size_t i = 0; i < answered.size(); ++i) {
        if (answered[i]) continue;
        add(ToolMessage(caller.tool_calls[i].id, std::string(interrupted)));
    }
    return next;
}

}  // namespace capstan
