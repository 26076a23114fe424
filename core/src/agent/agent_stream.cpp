#include "agent/agent_stream_impl.hpp"

#include <utility>

namespace capstan {

AgentStream::AgentStream(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

AgentStream::AgentStream(AgentStream&&) noexcept = default;

AgentStream& AgentStream::operator=(AgentStream&& other) noexcept {
    if (this != &other) {
        if (impl_) impl_->abandon();
        impl_ = std::move(other.impl_);
    }
    return *this;
}

AgentStream::~AgentStream() {
    if (impl_) impl_->abandon();
}

asio::awaitable<std::optional<AgentEvent>> AgentStream::next() { return Impl::next(impl_); }

bool AgentStream::answer(ApprovalAnswer answer) { return impl_->answer(std::move(answer)); }

void AgentStream::steer(std::string text) { steer(UserMessage(Content(std::move(text)))); }

void AgentStream::steer(UserMessage message) { impl_->say(std::move(message)); }

void AgentStream::compact() { impl_->compact(); }

void AgentStream::cancel() {
    impl_->stop(StopReason::cancelled, "The run was cancelled.");
}

const AgentRun& AgentStream::run() const noexcept { return impl_->run(); }

AgentStream detail::make_stream(StreamParts parts) {
    return AgentStream(std::make_shared<AgentStream::Impl>(std::move(parts)));
}

}  // namespace capstan
