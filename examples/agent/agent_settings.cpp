#include "agent_settings.hpp"

#include "places.hpp"
#include "system_prompt.hpp"

namespace coding_agent {
namespace {

// A task of a coding agent takes longer than the library's cautious defaults.
constexpr std::int64_t most_steps = 100;
constexpr std::int64_t most_tool_calls = 500;
constexpr std::chrono::hours longest_time{2};

}  // namespace

capstan::AgentOptions agent_options(const Options& options,
                                    const std::filesystem::path& workspace) {
    capstan::AgentOptions agent;
    agent.system_prompt = system_prompt(options.system_prompt, workspace);
    agent.model = options.model.model;
    agent.limits.max_steps(options.max_steps.value_or(most_steps))
        .max_tool_calls(most_tool_calls)
        .max_time(longest_time)
        .max_cost(options.max_cost);
    if (options.yes) agent.approval = capstan::ApprovalPolicy::allow_all();
    // Commands may take as long as the tool itself allows.
    agent.tool_timeout = std::chrono::minutes(15);
    agent.spill_directory = state_folder() / "results";
    return agent;
}

}  // namespace coding_agent
