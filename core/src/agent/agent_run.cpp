#include "agent/agent_run_impl.hpp"

#include "agent/agent_run_machine.hpp"

namespace capstan {

AgentRun::AgentRun(AgentRunOptions options, Conversation history)
    : impl_(std::make_unique<Impl>()) {
    impl_->state.detector = LoopDetector(options.loop);
    impl_->state.options = std::move(options);
    impl_->state.transcript = detail::repaired_history(std::move(history));
}

AgentRun::AgentRun(const AgentRun& other) : impl_(std::make_unique<Impl>(*other.impl_)) {}
AgentRun::AgentRun(AgentRun&&) noexcept = default;
AgentRun::~AgentRun() = default;
AgentRun& AgentRun::operator=(AgentRun&&) noexcept = default;

AgentRun& AgentRun::operator=(const AgentRun& other) {
    if (this != &other) impl_ = std::make_unique<Impl>(*other.impl_);
    return *this;
}

std::vector<RunCommand> AgentRun::handle(const RunEvent& event,
                                         std::chrono::milliseconds active_time) {
    return detail::RunMachine(impl_->state).handle(event, active_time);
}

std::vector<RunCommand> AgentRun::outstanding() const {
    return detail::outstanding_commands(impl_->state);
}

AgentRun::State AgentRun::state() const noexcept { return impl_->state.state; }
const Conversation& AgentRun::transcript() const noexcept { return impl_->state.transcript; }
const RunTotals& AgentRun::totals() const noexcept { return impl_->state.totals; }
const AgentRunOptions& AgentRun::options() const noexcept { return impl_->state.options; }
AgentLimits& AgentRun::limits() noexcept { return impl_->state.options.limits; }

const std::optional<run_command::Finish>& AgentRun::finished() const noexcept {
    return impl_->state.finished;
}

std::vector<ApprovalRequest> AgentRun::pending_approvals() const {
    std::vector<ApprovalRequest> requests;
    for (const auto& open : impl_->state.calls) {
        if (open.phase == detail::OpenCall::Phase::asking)
            requests.push_back(detail::approval_request(impl_->state, open));
    }
    return requests;
}

ContextEstimate AgentRun::context() const { return detail::estimate_context(impl_->state); }

}  // namespace capstan
