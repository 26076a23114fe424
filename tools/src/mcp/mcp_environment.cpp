#include "mcp/mcp_process.hpp"

#include <capstan/tools/mcp.hpp>

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string_view>

namespace capstan::mcp {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 9> kept = {"PATH", "HOME",   "USER", "LOGNAME", "SHELL",
                                                  "TERM", "TMPDIR", "TZ",   "LANG"};

/// Nothing that may hold a key. A value that is a shell function ("() {") stays behind, too.
bool is_safe(std::string_view name, std::string_view value) {
    if (value.starts_with("()")) return false;
    for (const auto safe : kept) {
        if (name == safe) return true;
    }
    return name.starts_with("LC_");
}

std::map<std::string, std::string> variables(const McpServerConfig& config) {
    std::map<std::string, std::string> result;
    for (char** entry = environ; *entry; ++entry) {
        const std::string_view text = *entry;
        const auto split = text.find('=');
        if (split == std::string_view::npos) continue;
        const auto name = text.substr(0, split), value = text.substr(split + 1);
        if (is_safe(name, value)) result[std::string(name)] = value;
    }
    for (const auto& [name, value] : config.env) result[name] = value;
    return result;
}

bool is_program(const fs::path& file) {
    std::error_code error;
    return fs::is_regular_file(file, error) && ::access(file.c_str(), X_OK) == 0;
}

}  // namespace

std::vector<std::string> process_environment(const McpServerConfig& config) {
    std::vector<std::string> result;
    for (const auto& [name, value] : variables(config)) result.push_back(name + "=" + value);
    return result;
}

std::string find_program(const McpServerConfig& config) {
    const auto& command = config.command;
    // A relative path is taken from the server's working directory.
    const fs::path base = config.directory;
    if (command.find('/') != std::string::npos) {
        if (is_program(base / command)) return command;
        throw McpError(fmt::format("MCP server \"{}\": there is no program {}", config.name,
                                   (base / command).string()));
    }
    const auto environment = variables(config);
    const auto path = environment.find("PATH");
    std::string_view rest = "/usr/bin:/bin";
    if (path != environment.end()) rest = path->second;
    while (!rest.empty()) {
        const auto folder = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
        const auto file = fs::path(folder) / command;
        if (!folder.empty() && is_program(base / file)) return file.string();
    }
    throw McpError(
        fmt::format("MCP server \"{}\": the command \"{}\" was not found; is it installed?",
                    config.name, command));
}

}  // namespace capstan::mcp
