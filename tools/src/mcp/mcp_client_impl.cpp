#include "mcp/mcp_client_impl.hpp"

#include "mcp/mcp_lists.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <fmt/format.h>

#include <set>
#include <utility>

namespace capstan {

namespace {

constexpr std::size_t max_pages = 1000;

}  // namespace

/// Connecting, for all who wait for it.
struct McpClient::Impl::Attempt {
    explicit Attempt(const asio::any_io_executor& executor)
        : timer(executor, asio::steady_timer::time_point::max()) {}

    void finish() {
        done = true;
        timer.cancel();
    }

    static asio::awaitable<void> wait(std::shared_ptr<Attempt> self) {
        boost::system::error_code ignored;
        while (!self->done) {
            co_await self->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
            const auto state = co_await asio::this_coro::cancellation_state;
            if (state.cancelled() != asio::cancellation_type::none) {
                throw boost::system::system_error(asio::error::operation_aborted);
            }
        }
    }

    asio::steady_timer timer;
    SessionPtr session;
    std::exception_ptr error;
    bool done = false;
};

McpClient::Impl::Impl(asio::any_io_executor executor_, McpServerConfig config_,
                      McpClientOptions options_)
    : executor(std::move(executor_)),
      config(std::move(config_)),
      options(std::move(options_)),
      authorizer(oauth::make_authorizer(executor, config, options)) {}

asio::awaitable<McpClient::Impl::SessionPtr> McpClient::Impl::ready(Self self) {
    if (self->abandoned_) {
        throw McpError(fmt::format("the client of MCP server \"{}\" is gone", self->config.name));
    }
    if (!self->attempt_ && self->session && self->session->alive()) co_return self->session;
    const auto attempt = self->attempt_ ? self->attempt_ : self->begin_attempt();
    co_await Attempt::wait(attempt);
    if (attempt->error) std::rethrow_exception(attempt->error);
    co_return attempt->session;
}

std::shared_ptr<McpClient::Impl::Attempt> McpClient::Impl::begin_attempt() {
    const auto attempt = attempt_ = std::make_shared<Attempt>(executor);
    // May be over, and attempt_ null, when this returns.
    asio::co_spawn(executor, connect(shared_from_this(), attempt), asio::detached);
    return attempt;
}

asio::awaitable<void> McpClient::Impl::connect(Self self, std::shared_ptr<Attempt> attempt) {
    try {
        const std::weak_ptr<Impl> weak = self;
        auto on_notification = [weak](const std::string& method, const json::object& params) {
            if (const auto impl = weak.lock()) impl->on_notification(method, params);
        };
        self->session = std::make_shared<mcp::Session>(self->executor, self->config, self->options,
                                                       self->authorizer,
                                                       std::move(on_notification));
        attempt->session = self->session;
        co_await mcp::Session::open(attempt->session);
        self->take(attempt->session);
    } catch (...) {
        attempt->error = std::current_exception();
    }
    if (self->attempt_ == attempt) self->attempt_.reset();
    attempt->finish();
}

void McpClient::Impl::take(SessionPtr opened) {
    hello = opened->hello();
    tools_.reset();
    if (!std::exchange(was_connected_, true)) return;
    try {
        on_tools_changed();
    } catch (...) {
        // A listener's own affair: the connection stands.
    }
}

asio::awaitable<json::object> McpClient::Impl::request(Self self, std::string method,
                                                       json::object params,
                                                       ToolContext::ProgressCallback on_progress) {
    for (bool again = false;; again = true) {
        const auto connection = co_await ready(self);
        try {
            co_return co_await mcp::Session::request(connection, method, params, on_progress);
        } catch (const mcp::NotSent&) {
            if (again) throw;
        }
    }
}

asio::awaitable<json::array> McpClient::Impl::list(Self self, std::string capability,
                                                   std::string method, std::string member) {
    co_await ready(self);
    json::array all;
    const auto* capabilities = find_object(self->hello, "capabilities");
    if (!capabilities || !find(*capabilities, capability)) co_return all;
    std::set<std::string> cursors;
    json::object params;
    for (std::size_t page = 0; page < max_pages; ++page) {
        const auto result = co_await request(self, method, params);
        if (const auto* items = find_array(result, member)) {
            all.insert(all.end(), items->begin(), items->end());
        }
        const auto cursor = find_string(result, "nextCursor");
        if (!cursor) co_return all;
        if (!cursors.insert(std::string(*cursor)).second) break;
        params["cursor"] = *cursor;
    }
    throw McpError(
        fmt::format("MCP server \"{}\": the pages of {} do not end", self->config.name, method));
}

asio::awaitable<std::vector<FunctionTool>> McpClient::Impl::tools(Self self) {
    co_await ready(self);
    if (self->tools_) co_return *self->tools_;
    const int version = self->tools_version_;
    const auto items = co_await list(self, "tools", "tools/list", "tools");
    auto tools = mcp::read_tools(items);
    self->output_schemas_ = mcp::read_output_schemas(items);
    if (version == self->tools_version_) self->tools_ = tools;
    co_return tools;
}

json::object McpClient::Impl::output_schema(const std::string& tool) const {
    const auto found = output_schemas_.find(tool);
    return found == output_schemas_.end() ? json::object() : found->second;
}

void McpClient::Impl::on_notification(const std::string& method, const json::object& params) {
    if (method == "notifications/tools/list_changed") on_tools_changed();
    if (method == "notifications/message" && options.on_log) options.on_log(config.name, params);
}

void McpClient::Impl::on_tools_changed() {
    ++tools_version_;
    tools_.reset();
    if (options.on_tools_changed) options.on_tools_changed(config.name);
}

asio::awaitable<void> McpClient::Impl::close(Self self) {
    const auto connection = std::exchange(self->session, nullptr);
    if (connection) co_await mcp::Session::close(connection);
}

void McpClient::Impl::abandon() {
    abandoned_ = true;
    if (const auto connection = std::exchange(session, nullptr)) connection->abandon();
}

}  // namespace capstan
