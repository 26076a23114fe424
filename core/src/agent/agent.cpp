#include <capstan/agent.hpp>

#include "agent/agent_stream_impl.hpp"

#include <utility>

namespace capstan {
namespace {

class NoTools final : public ToolSource {
public:
    std::vector<std::shared_ptr<Tool>> tools() const override { return {}; }
};

const ToolSource& no_tools() {
    static const NoTools none;
    return none;
}

constexpr const char* nobody_there =
    "This program runs without anybody who could be asked for approval.";

}  // namespace

AgentRun detail::new_run(const AgentOptions& options, Conversation history) {
    AgentRunOptions made;
    made.limits = options.limits;
    made.loop = options.loop;
    made.context = options.context;
    made.max_parallel_tools = options.max_parallel_tools;
    return AgentRun(std::move(made), std::move(history));
}

detail::StreamParts detail::parts_of(const Agent& agent, std::unique_ptr<RunLog> log,
                                     std::optional<UserMessage> message) {
    StreamParts parts;
    parts.handler = &agent.handler();
    parts.tools = &agent.tools();
    parts.options = agent.options();
    parts.log = std::move(log);
    parts.message = std::move(message);
    return parts;
}

Agent::Agent(ApiHandler& handler, const ToolSource& tools, AgentOptions options)
    : handler_(&handler), tools_(&tools), options_(std::move(options)) {}

Agent::Agent(ApiHandler& handler, AgentOptions options)
    : Agent(handler, no_tools(), std::move(options)) {}

AgentStream Agent::run(std::string message) const {
    return run(UserMessage(Content(std::move(message))));
}

AgentStream Agent::run(UserMessage message, Conversation history) const {
    return resume(detail::new_run(options_, std::move(history)), std::move(message));
}

AgentStream Agent::resume(AgentRun state, std::optional<UserMessage> message) const {
    auto log = detail::make_memory_log(std::move(state));
    return detail::make_stream(detail::parts_of(*this, std::move(log), std::move(message)));
}

// The stream lives in this frame.
asio::awaitable<agent_event::Done> detail::to_end(AgentStream stream) {
    auto running = to_end(stream, nobody_there);
    co_return co_await std::move(running);
}

asio::awaitable<agent_event::Done> detail::to_end(AgentStream& stream, std::string denial) {
    agent_event::Done done;
    while (auto event = co_await stream.next()) {
        if (auto* wanted = std::get_if<agent_event::ApprovalWanted>(&*event))
            stream.answer(ApprovalAnswer::deny(wanted->request, denial));
        else if (auto* end = std::get_if<agent_event::Done>(&*event))
            done = std::move(*end);
    }
    co_return done;
}

asio::awaitable<agent_event::Done> Agent::run_to_end(std::string message) const {
    return detail::to_end(run(std::move(message)));
}

}  // namespace capstan
