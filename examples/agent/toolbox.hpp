#pragma once

#include "options.hpp"
#include "output.hpp"

#include <capstan/tools/mcp.hpp>
#include <capstan/tools/mcp_loopback.hpp>
#include <capstan/tools/registry.hpp>
#include <capstan/tools/workspace.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <vector>

namespace coding_agent {

/// Everything that the model may call: the coding tools in the workspace, and MCP servers.
class Toolbox {
public:
    /// Throws WorkspaceError and McpError.
    Toolbox(boost::asio::any_io_executor executor, const Options& options);

    /// Starts the MCP servers; what went wrong is told, and the agent goes on without them.
    boost::asio::awaitable<void> connect(Output& output);

    const capstan::ToolRegistry& registry() const { return registry_; }
    capstan::Workspace& workspace() { return *workspace_; }
    /// A line a tool: its name, whether it is asked about, and the beginning of its description.
    std::string list() const;

private:
    capstan::McpClientOptions client_options(const boost::asio::any_io_executor& executor);

    std::shared_ptr<capstan::Workspace> workspace_;
    std::unique_ptr<capstan::McpLoopback> loopback_;  // null: nobody there to consent
    std::shared_ptr<capstan::McpTools> mcp_;          // null: no servers
    Output* output_ = nullptr;                        // from connect() on
    capstan::ToolRegistry registry_;
};

}  // namespace coding_agent
