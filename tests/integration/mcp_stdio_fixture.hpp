#pragma once

#include "mcp_fixture.hpp"

#include <signal.h>

#include <fstream>

namespace test {

/// A server that is the program mcp_child with these switches.
inline capstan::McpServerConfig child_config(std::vector<std::string> switches = {}) {
    capstan::McpServerConfig config;
    config.name = "child";
    config.command = MCP_CHILD;
    config.args = std::move(switches);
    config.init_timeout = 20s;  // machines may be busy
    return config;
}

struct ChildClient {
    explicit ChildClient(capstan::McpClientOptions options)
        : ChildClient(child_config(), std::move(options)) {}
    explicit ChildClient(std::vector<std::string> switches = {},
                         capstan::McpClientOptions options = {})
        : ChildClient(child_config(std::move(switches)), std::move(options)) {}
    explicit ChildClient(capstan::McpServerConfig config, capstan::McpClientOptions options = {})
        : client(std::make_unique<capstan::McpClient>(io.get_executor(), std::move(config),
                                                      std::move(options))) {}

    json::object call(const std::string& tool, json::object arguments = {}) {
        return run(io, client->call_tool(tool, std::move(arguments)));
    }
    std::string call_text(const std::string& tool, json::object arguments = {}) {
        return text_of(call(tool, std::move(arguments)));
    }
    std::string call_failure(const std::string& tool, json::object arguments = {}) {
        return failure(io, client->call_tool(tool, std::move(arguments)));
    }
    pid_t pid() {
        run(io, client->connect());
        return static_cast<pid_t>(client->server_info().at("pid").as_int64());
    }

    asio::io_context io;
    std::unique_ptr<capstan::McpClient> client;
};

/// True while a process runs; a zombie does not.
inline bool is_running(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    if (!std::getline(file, text)) return false;
    const auto state = text.find(") ");
    return state != std::string::npos && text.at(state + 2) != 'Z' && text.at(state + 2) != 'X';
}

/// Gives a signal that was sent a moment to have its effect.
inline bool is_gone(pid_t pid) {
    for (int i = 0; i < 500 && is_running(pid); ++i) ::usleep(10'000);
    return !is_running(pid);
}

}  // namespace test
