// Apart from the other parts of Agent, so that programs without sessions do not link them.
#include <capstan/agent.hpp>

#include "agent/agent_stream_impl.hpp"

#include <capstan/session.hpp>

#include <utility>

namespace capstan {

AgentStream Agent::run(Session& session, std::optional<UserMessage> message) const {
    session.set_limits(options_.limits);
    session.set_model(options_.model.empty() ? handler_->get_model().id : options_.model);
    auto log = detail::make_session_log(session);
    return detail::make_stream(detail::parts_of(*this, std::move(log), std::move(message)));
}

}  // namespace capstan
