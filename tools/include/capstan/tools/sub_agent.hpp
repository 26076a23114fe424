#pragma once

#include <capstan/agent.hpp>
#include <capstan/tools/registry.hpp>

#include <memory>
#include <string>

namespace capstan {

/// An agent as a tool: {"task": "..."} starts a run of its own conversation and limits, and its
/// answer is the result; a run that ends otherwise is an error result with its reason and last
/// words. The calling run's budget and cancellation are shared; its events are progress events of
/// the call. Approvals that the inner agent would ask for are denied unless its policy allows them.
std::shared_ptr<Tool> sub_agent_tool(std::string name, std::string description, Agent agent,
                                     ToolOptions options = {});

}  // namespace capstan
