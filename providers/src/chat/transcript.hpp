#pragma once

#include <capstan/conversation.hpp>

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace capstan {

/// The messages of one request. Most point into the conversation; the added ones live here.
class Transcript {
public:
    /// The system prompt, if any, then the conversation with its invariant restored (user problem
    /// 30): every tool call has exactly one result, right behind its message. A missing result says
    /// that the call was interrupted; results without a call and repeated ones are left out. The
    /// conversation itself stays as it is, and has to outlive this.
    Transcript(const std::string& system_prompt, const Conversation& conversation);

    Transcript(const Transcript&) = delete;
    Transcript& operator=(const Transcript&) = delete;

    const std::vector<const Message*>& messages() const noexcept { return messages_; }

    /// The text of message `index` in the default format, or null where the conversation has none.
    const std::string* text(std::size_t index) const;
    /// The same, where there is one.
    std::shared_ptr<const std::string> shared_text(std::size_t index) const;

private:
    static constexpr std::size_t not_recorded = static_cast<std::size_t>(-1);

    void record(const Conversation::Messages& history, std::size_t index);
    void add(Message message);
    std::size_t add_results(const AssistantMessage& caller,
                            const Conversation::Messages& history, std::size_t next);

    const Conversation& conversation_;
    std::deque<Message> added_;
    std::vector<const Message*> messages_;
    std::vector<std::size_t> sources_;  // of each message: its place in the conversation
};

}  // namespace capstan
