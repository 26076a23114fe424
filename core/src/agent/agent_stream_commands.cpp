#include "agent/agent_stream_impl.hpp"

#include <utility>

namespace capstan {

using namespace run_command;

namespace {

constexpr int most_resumptions_by_hook = 3;

// The text of the model's last message, if the user has said nothing since.
std::string last_answer(const Conversation& transcript) {
    const auto messages = transcript.messages();
    for (auto n = messages.size(); n-- > 0;) {
        if (const auto* message = std::get_if<AssistantMessage>(&messages[n]))
            return text_of(message->content);
        if (std::holds_alternative<UserMessage>(messages[n])) break;
    }
    return {};
}

}  // namespace

void AgentStream::Impl::execute(const Executor& executor) {
    auto command = std::move(commands_.front());
    commands_.pop_front();
    std::visit([&](auto& each) { act(executor, each); }, command);
}

void AgentStream::Impl::act(const Executor& executor, CallModel& command) {
    const auto& stop_when = parts_.options.hooks.stop_when;
    std::optional<std::string> why;
    if (called_ && stop_when && !guarded([&] { why = stop_when(run()); })) return;
    if (why) return stop(StopReason::stop_condition, std::move(*why));
    // The run knows its own limits; those of the others that it shares a budget with, it does not.
    const auto left = budget_->left();
    if (!command.final && left.cost && *left.cost <= Money())
        return stop(StopReason::max_cost, "The budget that the run shares with others is spent.");
    if (!command.final && left.tokens && *left.tokens <= 0)
        return stop(StopReason::max_tokens,
                    "The tokens that the run shares with others are spent.");
    call_model(executor, command);
}

void AgentStream::Impl::act(const Executor&, CheckCalls& command) { check(command.calls); }

void AgentStream::Impl::act(const Executor&, AskApproval& command) {
    agent_event::ApprovalWanted event;
    event.request = std::move(command.request);
    events_.emplace_back(std::move(event));
}

void AgentStream::Impl::act(const Executor&, RunTool& command) {
    note(run_event::ToolBegun(command.call.id));
    starting_.push_back(std::move(command));
}

void AgentStream::Impl::act(const Executor& executor, SummariseHistory& command) {
    const auto& options = parts_.options;
    MessageRequest request;
    request.messages = Conversation(std::move(command.messages));
    request.model = options.summary_model.empty() ? options.model : options.summary_model;
    request.max_tokens = command.max_tokens;
    request.context.session_id = run().options().session_id;
    request.context.user_id = options.user_id;
    call_ = std::make_shared<detail::ModelCall>(inbox_, request.model);
    call_->summary = true;
    auto& handler = options.summariser ? *options.summariser : *parts_.handler;
    detail::start_model_call(executor, handler, std::move(request), call_);
}

void AgentStream::Impl::act(const Executor&, Notice& command) {
    if (command.kind == Notice::Kind::tool_result) {
        agent_event::ToolFinished event;
        if (auto call = find_call(command.call_id)) event.call = std::move(*call);
        event.call.id = std::move(command.call_id);
        if (command.outcome) event.outcome = std::move(*command.outcome);
        events_.emplace_back(std::move(event));
        return;
    }
    agent_event::Notice event;
    event.kind = command.kind;
    event.text = std::move(command.text);
    event.compaction = std::move(command.compaction);
    events_.emplace_back(std::move(event));
}

void AgentStream::Impl::act(const Executor&, Finish& command) {
    if (!run().finished()) return;  // the user said something meanwhile
    end_work();
    if (command.reason == StopReason::answered && goes_on_by_hook(command)) return;
    agent_event::Done event;
    event.reason = command.reason;
    event.sentence = std::move(command.sentence);
    event.error = std::move(command.error);
    event.text = last_answer(run().transcript());
    event.totals = run().totals();
    events_.emplace_back(std::move(event));
    over_ = true;
}

// What the hook throws becomes the reason: the run itself has ended already.
bool AgentStream::Impl::goes_on_by_hook(Finish& finish) {
    const auto& on_stop = parts_.options.hooks.on_stop;
    if (!on_stop || resumed_by_hook_ == most_resumptions_by_hook) return false;
    std::optional<UserMessage> message;
    try {
        message = on_stop(run());
    } catch (const std::exception& error) {
        finish.reason = StopReason::hook;
        finish.sentence = error.what();
    }
    if (!message) return false;
    ++resumed_by_hook_;
    note(run_event::UserSaid(std::move(*message)));
    return true;
}

}  // namespace capstan
