#pragma once

#include <capstan/http_client.hpp>
#include <capstan/tools/registry.hpp>
#include <capstan/tools/workspace.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace capstan {

/// Settings of the tools for coding agents.
struct CodingToolOptions {
    CodingToolOptions() = default;

    bool files = true;     ///< read_file, write_file, edit_file, list_files, find_files, search
    bool commands = true;  ///< run_command
    bool fetch = true;     ///< fetch_url
    bool todo = true;      ///< todo

    /// Commands that need no approval: a pattern fits a whole command line ('*' stands for any text
    /// without ; & | < > $ ` ( ) and newline), e.g. "git status*".
    std::vector<std::string> allowed_commands;
    std::chrono::milliseconds command_timeout{120'000};
    std::chrono::milliseconds max_command_timeout{600'000};  ///< that the model may ask for
    std::size_t max_command_output = 48 * 1024;  ///< head and tail of what is longer
    /// Names of environment variables that commands do not see, beside all that look like secrets
    /// (*_KEY, *_TOKEN, *SECRET*, *PASSWORD*, ...) or repeat the value of one that does. A command
    /// runs as the same user as the agent: what that user may read it can read, too.
    std::vector<std::string> hidden_environment;

    HttpClientOptions http;                      ///< of fetch_url
    std::size_t max_fetch_bytes = 1024 * 1024;
    bool fetch_private_addresses = false;        ///< loopback, link-local and private networks
};
static_assert(!std::is_aggregate_v<CodingToolOptions>);

/// Adds the tools of a coding agent, confined to `workspace`. Reading needs no approval and may be
/// repeated after a crash; writing, editing, running commands and fetching ask for approval, and
/// the first three run alone. Each write and edit is one change for Workspace::undo(). What takes
/// long runs on threads of the tools' own or in other processes; cancellation ends it.
///
/// "Always" is about all calls of write_file, all of edit_file, one host of fetch_url, and commands
/// that begin with the same program ("run_command:git"), or the very same command line where it is
/// more than one program with its arguments.
///
/// ToolResult::details has {"path", "diff"} of changed files, {"exit_status", "signal",
/// "timed_out", "output_bytes"} of commands (one of the first two is null), {"url", "status"} of
/// pages.
///
///     read_file    {path, offset?, limit?}          lines with their numbers
///     write_file   {path, content}                  a new file, or the whole of an old one
///     edit_file    {path, old_text, new_text, replace_all?}   exact and unique
///     list_files   {path?, depth?}
///     find_files   {pattern, path?}                 glob with ** ; newest first
///     search       {pattern, path?, glob?, ignore_case?, context?}   regular expression
///     run_command  {command, timeout_seconds?, directory?}
///     fetch_url    {url}
///     todo         {items: [{text, status}]}        the whole list each time
void add_coding_tools(ToolRegistry& registry, std::shared_ptr<Workspace> workspace,
                      CodingToolOptions options = {});

}  // namespace capstan
