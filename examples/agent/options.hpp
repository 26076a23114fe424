#pragma once

#include <capstan/money.hpp>
#include <capstan/providers/model_uri.hpp>
#include <capstan/providers/openrouter_options.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace coding_agent {

/// What the command line asks for. The key is never part of it.
struct Options {
    Options() = default;

    capstan::OpenRouterOptions handler;  ///< all but the model
    capstan::ModelUri model;
    bool model_given = false;           ///< else a session goes on with its own
    std::string prompt;                 ///< --prompt or words: one shot
    std::optional<std::string> resume;  ///< a session to go on with; empty: this workspace's newest
    std::string session;                ///< its name or id; begun if there is none
    bool list_sessions = false;
    bool jsonl = false;
    bool yes = false;  ///< every tool call is allowed
    std::filesystem::path workspace = ".";
    std::filesystem::path state;  ///< the sessions' file; empty: the user's own
    std::string mcp_config;       ///< the text of the file
    std::string system_prompt;    ///< instead of our own
    std::vector<std::string> allowed_commands;
    std::optional<std::int64_t> max_steps;
    std::optional<capstan::Money> max_cost;
};
static_assert(!std::is_aggregate_v<Options>);

/// Reads the command line and the files it names. Prints help, version or what is wrong, and
/// returns the exit code, when the program shall not go on.
std::optional<int> parse_options(int argc, char** argv, Options& options);

}  // namespace coding_agent
