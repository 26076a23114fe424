#pragma once

#include "mcp/mcp_session.hpp"

#include <capstan/tools/mcp.hpp>

#include <boost/asio/steady_timer.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace capstan {

/// The state of a client: its session, and what is kept of its lists.
class McpClient::Impl : public std::enable_shared_from_this<Impl> {
public:
    using Self = std::shared_ptr<Impl>;
    using SessionPtr = std::shared_ptr<mcp::Session>;

    Impl(asio::any_io_executor executor_, McpServerConfig config_, McpClientOptions options_);

    /// A session that is alive, connecting if there is none. Those who ask meanwhile share the
    /// attempt, which goes on when one of them is cancelled. Throws McpError.
    static asio::awaitable<SessionPtr> ready(Self self);
    static asio::awaitable<json::object> request(Self self, std::string method, json::object params,
                                                 ToolContext::ProgressCallback on_progress = {});
    /// All pages of a list, nothing without the capability.
    static asio::awaitable<json::array> list(Self self, std::string capability, std::string method,
                                             std::string member);
    static asio::awaitable<std::vector<FunctionTool>> tools(Self self);
    json::object output_schema(const std::string& tool) const;
    static asio::awaitable<void> close(Self self);
    void abandon();

    const asio::any_io_executor executor;
    const McpServerConfig config;
    const McpClientOptions options;
    const std::shared_ptr<oauth::Authorizer> authorizer;  // outlives the sessions; null: none
    SessionPtr session;  // the last, alive or not
    json::object hello;  // of the last session that was opened

private:
    struct Attempt;

    static asio::awaitable<void> connect(Self self, std::shared_ptr<Attempt> attempt);
    std::shared_ptr<Attempt> begin_attempt();
    void take(SessionPtr opened);
    void on_notification(const std::string& method, const json::object& params);
    void on_tools_changed();

    std::shared_ptr<Attempt> attempt_;
    std::optional<std::vector<FunctionTool>> tools_;
    std::map<std::string, json::object> output_schemas_;  // of the tools last read
    int tools_version_ = 0;  // counts the changes
    bool was_connected_ = false;
    bool abandoned_ = false;
};

}  // namespace capstan
