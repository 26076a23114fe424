#include "agent/agent_stream_impl.hpp"

#include <boost/asio/this_coro.hpp>

#include <exception>
#include <utility>

namespace capstan {

using namespace run_event;
using detail::AgentInbox;

AgentStream::Impl::Impl(detail::StreamParts parts)
    : parts_(std::move(parts)),
      budget_(parts_.options.budget ? parts_.options.budget : std::make_shared<Budget>()),
      clock_(parts_.log->run().totals().active_time),
      totals_at_start_(parts_.log->run().totals()),
      spent_at_start_(budget_->spent()) {
    if (!parts_.options.budget) limit_budget();
    begin();
}

// So that sub-agents end when the run has to.
void AgentStream::Impl::limit_budget() {
    const auto& limits = run().options().limits;
    auto cost = limits.max_cost();
    if (cost) *cost -= totals_at_start_.cost + totals_at_start_.sub_agents_cost;
    auto tokens = limits.max_tokens();
    if (tokens)
        *tokens -= totals_at_start_.input_tokens + totals_at_start_.output_tokens +
                   totals_at_start_.sub_agents_tokens;
    budget_->limit(cost, tokens);
}

// What was under way when the run was saved is done again, after it was told of its interruption.
void AgentStream::Impl::begin() {
    know_model(parts_.options.model);
    if (run().state() != AgentRun::State::idle) {
        note(Resumed());
        keep_notices();
        for (auto& command : run().outstanding()) commands_.push_back(std::move(command));
    }
    if (parts_.message) {
        note(UserSaid(std::move(*parts_.message)));
        parts_.message.reset();
    } else if (run().state() == AgentRun::State::idle) {
        if (run().finished()) commands_.emplace_back(*run().finished());
        over_ = commands_.empty();
    }
}

void AgentStream::Impl::keep_notices() {
    std::erase_if(commands_, [](const RunCommand& command) {
        return !std::holds_alternative<run_command::Notice>(command);
    });
}

void AgentStream::Impl::note(RunEvent event) {
    auto commands = parts_.log->note(std::move(event), clock_.value());
    for (auto& command : commands) commands_.push_back(std::move(command));
}

// What the budget has beyond our own spending was spent by sub-agents.
void AgentStream::Impl::feed_budget() {
    const auto spent = budget_->spent();
    const auto& totals = run().totals();
    SubAgentsSpent others;
    others.cost = totals_at_start_.sub_agents_cost + spent.cost - spent_at_start_.cost - own_cost_;
    others.tokens = totals_at_start_.sub_agents_tokens + spent.tokens - spent_at_start_.tokens -
                    own_tokens_;
    if (others.cost == totals.sub_agents_cost && others.tokens == totals.sub_agents_tokens) return;
    note(std::move(others));
}

asio::awaitable<std::optional<AgentEvent>> AgentStream::Impl::next(std::shared_ptr<Impl> self) {
    self->count_idle_time();
    while (true) {
        const auto cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none && !self->abandoned_)
            self->stop(StopReason::cancelled, "The run was cancelled.");
        if (self->abandoned_ || cancellation.cancelled() != asio::cancellation_type::none)
            std::rethrow_exception(detail::make_operation_aborted());
        if (auto event = self->pop_event()) co_return event;
        if (self->over_) co_return std::nullopt;
        std::exception_ptr failure;
        try {
            auto working = progress(self);
            co_await std::move(working);
        } catch (const boost::system::system_error& error) {
            // The head of the loop deals with a cancelled wait.
            const bool cancelled = self->abandoned_ ||
                                   cancellation.cancelled() != asio::cancellation_type::none;
            if (!cancelled || error.code() != asio::error::operation_aborted)
                failure = std::current_exception();
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure) std::rethrow_exception(failure);
    }
}

// One step, or a wait until there is something to do.
asio::awaitable<void> AgentStream::Impl::progress(std::shared_ptr<Impl> self) {
    const auto executor = co_await asio::this_coro::executor;
    if (self->wants_flush()) {
        auto flushing = self->parts_.log->flush();
        co_await std::move(flushing);
        co_return;
    }
    if (self->settle(executor)) co_return;
    auto news = detail::Notifier::wait(self->inbox_->news());
    co_await std::move(news);
}

// True while what is next must not happen before the log is durable. Looking at calls and telling
// of something may.
bool AgentStream::Impl::wants_flush() const {
    if (!parts_.log->dirty()) return false;
    if (commands_.empty()) return !starting_.empty() || inbox_->empty();
    const auto& command = commands_.front();
    return !std::holds_alternative<run_command::Notice>(command) &&
           !std::holds_alternative<run_command::CheckCalls>(command) &&
           !std::holds_alternative<run_command::RunTool>(command);
}

// False if there was nothing to do.
bool AgentStream::Impl::settle(const Executor& executor) {
    if (!commands_.empty()) {
        execute(executor);
    } else if (!starting_.empty()) {
        start_tools(executor);
    } else if (auto item = inbox_->take()) {
        std::visit([this](auto& news) { take(news); }, *item);
    } else {
        mind_the_clock();
        return false;
    }
    return true;
}

std::optional<AgentEvent> AgentStream::Impl::pop_event() {
    if (events_.empty()) return std::nullopt;
    mind_the_clock();
    std::optional<AgentEvent> event(std::move(events_.front()));
    events_.pop_front();
    return event;
}

// The clock stands still while only a person can make the run go on.
void AgentStream::Impl::mind_the_clock() {
    const bool busy = call_ || !running_.empty() || !starting_.empty() || !commands_.empty();
    clock_.set_active(busy || run().state() != AgentRun::State::tools);
}

// Tools that ended while the consumer was with a person: from then on the run only waited.
void AgentStream::Impl::count_idle_time() {
    if (call_ || running_.empty() || !starting_.empty() || !commands_.empty()) return;
    if (run().pending_approvals().empty()) return;
    for (const auto& [id, tool] : running_)
        if (!tool->ended()) return;
    clock_.set_active(false, inbox_->last_arrival());
    clock_.set_active(true);
}

bool AgentStream::Impl::answer(ApprovalAnswer answer) {
    if (over_) return false;
    count_idle_time();
    for (const auto& request : run().pending_approvals()) {
        if (request.call_id != answer.call_id || request.fingerprint != answer.fingerprint)
            continue;
        note(Approved(std::move(answer)));
        mind_the_clock();
        inbox_->news()->notify();
        return true;
    }
    return false;
}

void AgentStream::Impl::say(UserMessage message) {
    if (over_) return;
    note(UserSaid(std::move(message)));
    inbox_->news()->notify();
}

void AgentStream::Impl::compact() {
    if (over_) return;
    note(CompactionWanted());
    inbox_->news()->notify();
}

void AgentStream::Impl::stop(StopReason reason, std::string why) {
    if (over_ || abandoned_ || run().state() == AgentRun::State::idle) return;
    StopWanted event(reason, std::move(why));
    if (call_ && !call_->summary) {
        if (!call_->assembler.empty()) event.partial = call_->assembler.message();
        if (call_->assembler.usage()) event.usage = *call_->assembler.usage();
    }
    end_work();
    keep_notices();  // nothing else that was commanded is to be done any more
    note(std::move(event));
    inbox_->news()->notify();
}

void AgentStream::Impl::end_work() noexcept {
    if (call_) call_->cancel();
    call_.reset();
    for (const auto& [id, tool] : running_) tool->cancel();
    running_.clear();
    starting_.clear();
}

void AgentStream::Impl::abandon() noexcept {
    if (std::exchange(abandoned_, true)) return;
    end_work();
    inbox_->close();
}

}  // namespace capstan
