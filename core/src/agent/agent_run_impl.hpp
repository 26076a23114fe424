#pragma once

#include "agent/agent_run_state.hpp"

namespace capstan {

class AgentRun::Impl {
public:
    detail::RunState state;
};

namespace detail {

/// A history that others made, with the results that its calls lack, and without results that have
/// no call.
Conversation repaired_history(Conversation history);

/// Gives a new id to calls that have none or that of an earlier one.
void make_call_ids_unique(AssistantMessage& message);

}  // namespace detail
}  // namespace capstan
