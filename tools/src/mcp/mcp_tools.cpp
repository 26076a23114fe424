#include "mcp/mcp_names.hpp"
#include "mcp/mcp_tool.hpp"

#include <capstan/tools/mcp.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <set>
#include <utility>

namespace capstan {

/// The clients, and the tools that they had when asked last.
class McpTools::Impl : public std::enable_shared_from_this<Impl> {
public:
    using Self = std::shared_ptr<Impl>;
    using ToolList = std::vector<std::shared_ptr<Tool>>;

    struct Server {
        std::shared_ptr<McpClient> client;  // null once McpTools is gone
        std::vector<FunctionTool> tools;
        std::string error;  // of the last connect()
        bool ready = false;
        bool reading = false;
        bool changed = false;  // while reading
    };

    explicit Impl(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    void add(McpServerConfig config, McpClientOptions options);
    static asio::awaitable<std::vector<std::string>> connect(Self self);
    static asio::awaitable<void> close(Self self);

    const ToolList& tools() const { return tools_; }
    McpClient* client(std::string_view server) const;
    void end_clients();

private:
    using ServerPtr = std::shared_ptr<Server>;

    /// Counts what was started, and wakes who waits for all of it.
    struct Group {
        explicit Group(const asio::any_io_executor& executor)
            : timer(executor, asio::steady_timer::time_point::max()) {}
        asio::steady_timer timer;
        std::size_t open = 0;
    };

    using Work = asio::awaitable<void> (*)(Self, ServerPtr);
    static asio::awaitable<void> for_all(Self self, Work work);
    static asio::awaitable<void> run_one(Self self, ServerPtr server, Work work,
                                         std::shared_ptr<Group> group);
    static asio::awaitable<void> connect_one(Self self, ServerPtr server);
    static asio::awaitable<void> close_one(Self self, ServerPtr server);
    static asio::awaitable<void> read_tools(Self self, ServerPtr server);
    static asio::awaitable<void> read_again(Self self, ServerPtr server);
    void on_changed(std::string_view name);
    void rebuild();
    void add_tools(const Server& server, std::set<std::string>& taken);

    asio::any_io_executor executor_;
    std::vector<ServerPtr> servers_;
    ToolList tools_;
};

void McpTools::Impl::add(McpServerConfig config, McpClientOptions options) {
    if (config.disabled) return;
    const std::weak_ptr<Impl> weak = weak_from_this();
    options.on_tools_changed =
        [weak, theirs = std::move(options.on_tools_changed)](std::string_view server) {
            if (const auto self = weak.lock()) self->on_changed(server);
            if (theirs) theirs(server);
        };
    auto server = std::make_shared<Server>();
    server->client = std::make_shared<McpClient>(executor_, std::move(config), std::move(options));
    servers_.push_back(std::move(server));
}

asio::awaitable<void> McpTools::Impl::for_all(Self self, Work work) {
    auto group = std::make_shared<Group>(self->executor_);
    group->open = self->servers_.size();
    for (const auto& server : self->servers_) {
        asio::co_spawn(self->executor_, run_one(self, server, work, group), asio::detached);
    }
    boost::system::error_code ignored;
    while (group->open > 0) {
        co_await group->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

asio::awaitable<void> McpTools::Impl::run_one(Self self, ServerPtr server, Work work,
                                              std::shared_ptr<Group> group) {
    server->error.clear();
    try {
        co_await work(self, server);
    } catch (const std::exception& error) {
        server->error = error.what();
    }
    if (--group->open == 0) group->timer.cancel();
}

asio::awaitable<std::vector<std::string>> McpTools::Impl::connect(Self self) {
    co_await for_all(self, &connect_one);
    std::vector<std::string> errors;
    for (const auto& server : self->servers_) {
        if (!server->error.empty()) errors.push_back(server->error);
    }
    self->rebuild();
    co_return errors;
}

asio::awaitable<void> McpTools::Impl::connect_one(Self self, ServerPtr server) {
    server->ready = false;
    server->tools.clear();
    auto connecting = server->client->connect();
    co_await std::move(connecting);
    co_await read_tools(self, server);
    server->ready = true;
}

asio::awaitable<void> McpTools::Impl::read_tools(Self, ServerPtr server) {
    if (!server->client) throw McpError("the tools of MCP servers are gone");
    auto reading = server->client->tools();
    auto tools = co_await std::move(reading);
    server->tools = std::move(tools);
}

void McpTools::Impl::on_changed(std::string_view name) {
    for (const auto& server : servers_) {
        if (server->client->config().name != name || !server->ready) continue;
        server->changed = true;
        if (std::exchange(server->reading, true)) continue;
        asio::co_spawn(executor_, read_again(shared_from_this(), server), asio::detached);
    }
}

asio::awaitable<void> McpTools::Impl::read_again(Self self, ServerPtr server) {
    while (std::exchange(server->changed, false)) {
        try {
            co_await read_tools(self, server);
        } catch (const std::exception&) {
            break;  // the old ones stay; calling them tells what is wrong
        }
        self->rebuild();
    }
    server->reading = false;
}

void McpTools::Impl::rebuild() {
    std::set<std::string> taken;
    tools_.clear();
    for (const auto& server : servers_) {
        if (server->ready) add_tools(*server, taken);
    }
}

void McpTools::Impl::add_tools(const Server& server, std::set<std::string>& taken) {
    const std::weak_ptr<McpClient> client = server.client;
    const auto& config = server.client->config();
    for (const auto& definition : server.tools) {
        auto name = mcp::unique_tool_name(config.name, definition.name, taken);
        if (name.empty()) continue;
        tools_.push_back(mcp::make_tool(client, config, std::move(name), definition));
    }
    if (!server.client->server_capabilities().contains("resources")) return;
    auto list = mcp::unique_tool_name(config.name, "list_resources", taken);
    auto read = mcp::unique_tool_name(config.name, "read_resource", taken);
    if (!list.empty()) tools_.push_back(mcp::make_list_resources_tool(client, config, list));
    if (!read.empty()) tools_.push_back(mcp::make_read_resource_tool(client, config, read));
}

asio::awaitable<void> McpTools::Impl::close(Self self) {
    co_await for_all(self, &close_one);
    self->rebuild();
}

asio::awaitable<void> McpTools::Impl::close_one(Self, ServerPtr server) {
    server->ready = false;
    auto closing = server->client->close();
    co_await std::move(closing);
}

/// What still runs holds its server, but the client goes now.
void McpTools::Impl::end_clients() {
    const auto servers = std::exchange(servers_, {});
    for (const auto& server : servers) server->client.reset();
}

McpClient* McpTools::Impl::client(std::string_view name) const {
    for (const auto& server : servers_) {
        if (server->client->config().name == name) return server->client.get();
    }
    return nullptr;
}

McpTools::McpTools(asio::any_io_executor executor, std::vector<McpServerConfig> servers,
                   McpClientOptions options)
    : impl_(std::make_shared<Impl>(std::move(executor))) {
    for (auto& server : servers) impl_->add(std::move(server), options);
}

McpTools::~McpTools() { impl_->end_clients(); }

asio::awaitable<std::vector<std::string>> McpTools::connect() { return Impl::connect(impl_); }
asio::awaitable<void> McpTools::close() { return Impl::close(impl_); }
std::vector<std::shared_ptr<Tool>> McpTools::tools() const { return impl_->tools(); }
McpClient* McpTools::client(std::string_view server) const { return impl_->client(server); }

}  // namespace capstan
