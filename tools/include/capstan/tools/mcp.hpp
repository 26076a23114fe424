#pragma once

#include <capstan/http_client.hpp>
#include <capstan/json.hpp>
#include <capstan/tool.hpp>
#include <capstan/tools/mcp_authorization.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan {

/// What went wrong with an MCP server, for a person: which server, what, what to do.
class McpError : public std::runtime_error {
public:
    McpError(const std::string& what, int code = 0) : std::runtime_error(what), code_(code) {}

    int code() const noexcept { return code_; }  ///< of JSON-RPC; 0: not the server's

private:
    int code_;
};

/// How a server is reached: a command (stdio), or a URL (streamable HTTP). Its `env` is all that a
/// command gets beside PATH, HOME, USER, LOGNAME, SHELL, TERM, TMPDIR, TZ, LANG and LC_*.
struct McpServerConfig {
    McpServerConfig() = default;

    std::string name;
    std::string command;
    std::vector<std::string> args;
    std::map<std::string, std::string> env;
    std::string directory;  ///< working directory; empty: ours
    std::string url;
    std::map<std::string, std::string> headers;
    McpServerAuthorization authorization;  ///< of a URL
    bool disabled = false;
    std::chrono::milliseconds init_timeout{5'000};
    std::chrono::milliseconds request_timeout{60'000};    ///< from the last progress on
    std::chrono::milliseconds max_request_time{600'000};  ///< whatever the progress
    std::vector<std::string> always_allow;                ///< tools that need no approval
    Permission permission = Permission::ask;
};
static_assert(!std::is_aggregate_v<McpServerConfig>);

/// Reads the common form, {"mcpServers": {"name": {"command": ..., "args": [...], "env": {...}} or
/// {"url": ..., "headers": {...}}}}; ${VAR} in values is taken from the environment, ${VAR:-text}
/// has a default. Further members: "cwd", "disabled", "alwaysAllow" (or "autoApprove"),
/// "permission" ("allow", "deny", "ask"), "initTimeout", "requestTimeout", "maxRequestTime" in
/// milliseconds, and "oauth": {"grant": "authorization_code" or "client_credentials", "clientId",
/// "clientSecret", "privateKey" (PEM), "issuer", "scope"}. Unknown members are ignored. Throws
/// McpError that names the place.
std::vector<McpServerConfig> read_mcp_config(std::string_view json_text);

struct McpResource {
    McpResource() = default;

    std::string uri;
    std::string name;
    std::string description;
    std::string mime_type;
    json::object raw;
};

struct McpPrompt {
    McpPrompt() = default;

    std::string name;
    std::string description;
    json::array arguments;
    json::object raw;
};

/// Settings of an McpClient. The functions are called on the client's executor; exceptions of
/// on_log and on_tools_changed are dropped.
struct McpClientOptions {
    McpClientOptions() = default;

    /// What a server asks. Its name comes with the params of its request; the result goes back. An
    /// exception becomes an error of JSON-RPC. Cancelled when the server takes the request back.
    using Question =
        std::function<asio::awaitable<json::object>(std::string server, json::object params)>;

    HttpClientOptions http;
    McpAuthorizationOptions authorization;
    /// Answers elicitation/create (forms): {action, content}. What an accepted content leaves out
    /// gets the default of the requested schema. Empty: the capability is not declared.
    Question on_elicitation;
    /// Answers sampling/createMessage. Empty: the capability is not declared.
    Question on_sampling;
    std::vector<std::string> roots;  ///< file:// URIs; empty: the capability is not declared
    /// notifications/message: {level, logger, data}.
    std::function<void(std::string_view server, const json::object& message)> on_log;
    /// The server's tools may have changed: it said so, or it was restarted.
    std::function<void(std::string_view server)> on_tools_changed;
};
static_assert(!std::is_aggregate_v<McpClientOptions>);

/// One server. Speaks the protocol versions 2025-11-25 to 2024-11-05. Connects at the first call
/// that needs it, and again after the server was lost; the call that found it lost is repeated only
/// if nothing of it had been taken by the server.
///
/// All calls, also the destructor, on one executor (a strand, if that has several threads), any
/// number at once. While connected it is work for that executor's context: run() returns after
/// close() or the destructor only. Every call throws McpError; when its coroutine is cancelled, or
/// its time is up, the server is told so.
class McpClient {
public:
    McpClient(asio::any_io_executor executor, McpServerConfig config,
              McpClientOptions options = {});
    /// Ends the server in the background: closes its input, then SIGTERM, then SIGKILL, two seconds
    /// apart (SIGKILL at once when the executor's context is destroyed first); the HTTP session is
    /// deleted. Calls that wait end in McpError.
    ~McpClient();
    McpClient(const McpClient&) = delete;
    McpClient& operator=(const McpClient&) = delete;

    const McpServerConfig& config() const noexcept;

    /// Connects and agrees on a version. Not needed before the other calls.
    asio::awaitable<void> connect();
    bool connected() const noexcept;
    /// Of the last connection; empty before the first.
    std::string protocol_version() const;
    json::object server_info() const;
    json::object server_capabilities() const;
    std::string instructions() const;

    /// All pages. Kept until the server says that the list has changed, or is restarted. Empty, as
    /// the lists below, when the server has no such capability.
    asio::awaitable<std::vector<FunctionTool>> tools();
    /// The raw result of tools/call: {content, structuredContent, isError}. Progress comes to
    /// `on_progress`, its data being {progress, total, message}.
    asio::awaitable<json::object> call_tool(std::string name, json::object arguments,
                                            ToolContext::ProgressCallback on_progress = {});
    asio::awaitable<std::vector<McpResource>> resources();
    /// Here `uri` is a template (RFC 6570).
    asio::awaitable<std::vector<McpResource>> resource_templates();
    /// The contents: {uri, mimeType, text or blob} each.
    asio::awaitable<json::array> read_resource(std::string uri);
    asio::awaitable<std::vector<McpPrompt>> prompts();
    asio::awaitable<json::object> get_prompt(std::string name, json::object arguments = {});
    /// The schema that the structured content of this tool's results should fit, as tools() last
    /// found it. Empty if it has none.
    json::object output_schema(const std::string& tool) const;
    /// Any other request of the protocol.
    asio::awaitable<json::object> request(std::string method, json::object params);
    /// Ends the server as the destructor does, and waits for it. A later call connects again.
    asio::awaitable<void> close();

    class Impl;

private:
    std::shared_ptr<Impl> impl_;
};

/// What tools/call gave, for a model: text, images, audio, files; structured content as text if
/// there is nothing else, and in the details always. A result that does not fit `output_schema`,
/// if there is one, becomes an error that says so and keeps the content.
ToolResult mcp_tool_result(const json::object& result, const json::object& output_schema = {});

/// The tools of several servers, named "server__tool" (64 characters at most; a longer name ends in
/// a hash), with two tools more for servers that have resources: "server__list_resources" and
/// "server__read_resource". Executor and threads as with McpClient, of which there is one a server.
/// When a list changes, the tools are read again in the background; find() knows the old ones until
/// then. The tools that it gave throw McpError once it is destroyed.
class McpTools final : public ToolSource {
public:
    McpTools(asio::any_io_executor executor, std::vector<McpServerConfig> servers,
             McpClientOptions options = {});
    ~McpTools() override;

    /// Connects all servers at once and reads their tools; gives what went wrong, a line a server.
    /// Servers that failed have no tools until a later connect(); disabled ones are left out.
    asio::awaitable<std::vector<std::string>> connect();
    asio::awaitable<void> close();

    std::vector<std::shared_ptr<Tool>> tools() const override;
    /// Null if there is no such server.
    McpClient* client(std::string_view server) const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace capstan
