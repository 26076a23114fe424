#pragma once

#include <filesystem>
#include <string>

namespace coding_agent {

/// What the model is told before everything else: `instructions` (empty: our own), the workspace,
/// and the project's AGENTS.md, if there is one.
std::string system_prompt(const std::string& instructions, const std::filesystem::path& workspace);

}  // namespace coding_agent
