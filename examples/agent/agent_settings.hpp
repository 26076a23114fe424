#pragma once

#include "options.hpp"

#include <capstan/agent.hpp>

#include <filesystem>

namespace coding_agent {

/// The agent that the command line asks for.
capstan::AgentOptions agent_options(const Options& options, const std::filesystem::path& workspace);

}  // namespace coding_agent
