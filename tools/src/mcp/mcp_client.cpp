#include "mcp/mcp_client_impl.hpp"
#include "mcp/mcp_lists.hpp"

#include <fmt/format.h>

#include <utility>

namespace capstan {

namespace {

using Impl = McpClient::Impl;
using Self = Impl::Self;

// The operations proper. They hold the state themselves, so that the client may go meanwhile.

asio::awaitable<void> connect_now(Self self) { co_await Impl::ready(std::move(self)); }

asio::awaitable<std::vector<McpResource>> list_resources(Self self, std::string method,
                                                         std::string member, std::string key) {
    const auto items =
        co_await Impl::list(std::move(self), "resources", std::move(method), std::move(member));
    co_return mcp::read_resources(items, key);
}

asio::awaitable<json::array> read_contents(Self self, std::string uri) {
    json::object params;
    params["uri"] = uri;
    const auto result = co_await Impl::request(self, "resources/read", std::move(params));
    const auto* contents = find_array(result, "contents");
    if (contents) co_return *contents;
    throw McpError(fmt::format("MCP server \"{}\" gave no contents of {}", self->config.name, uri));
}

asio::awaitable<std::vector<McpPrompt>> list_prompts(Self self) {
    const auto items = co_await Impl::list(std::move(self), "prompts", "prompts/list", "prompts");
    co_return mcp::read_prompts(items);
}

std::string text_of(const Self& self, std::string_view key) {
    return std::string(find_string(self->hello, key).value_or(""));
}

json::object object_of(const Self& self, std::string_view key) {
    const auto* object = find_object(self->hello, key);
    return object ? *object : json::object();
}

}  // namespace

McpClient::McpClient(asio::any_io_executor executor, McpServerConfig config,
                     McpClientOptions options)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(config), std::move(options))) {}

McpClient::~McpClient() { impl_->abandon(); }

const McpServerConfig& McpClient::config() const noexcept { return impl_->config; }

asio::awaitable<void> McpClient::connect() { return connect_now(impl_); }

bool McpClient::connected() const noexcept {
    return impl_->session && impl_->session->alive() && impl_->session->opened();
}

std::string McpClient::protocol_version() const { return text_of(impl_, "protocolVersion"); }
json::object McpClient::server_info() const { return object_of(impl_, "serverInfo"); }
json::object McpClient::server_capabilities() const { return object_of(impl_, "capabilities"); }
std::string McpClient::instructions() const { return text_of(impl_, "instructions"); }

asio::awaitable<std::vector<FunctionTool>> McpClient::tools() { return Impl::tools(impl_); }

asio::awaitable<json::object> McpClient::call_tool(std::string name, json::object arguments,
                                                   ToolContext::ProgressCallback on_progress) {
    json::object params;
    params["name"] = name;
    params["arguments"] = std::move(arguments);
    return Impl::request(impl_, "tools/call", std::move(params), std::move(on_progress));
}

asio::awaitable<std::vector<McpResource>> McpClient::resources() {
    return list_resources(impl_, "resources/list", "resources", "uri");
}

asio::awaitable<std::vector<McpResource>> McpClient::resource_templates() {
    return list_resources(impl_, "resources/templates/list", "resourceTemplates", "uriTemplate");
}

asio::awaitable<json::array> McpClient::read_resource(std::string uri) {
    return read_contents(impl_, std::move(uri));
}

asio::awaitable<std::vector<McpPrompt>> McpClient::prompts() { return list_prompts(impl_); }

asio::awaitable<json::object> McpClient::get_prompt(std::string name, json::object arguments) {
    json::object params;
    params["name"] = name;
    if (!arguments.empty()) params["arguments"] = std::move(arguments);
    return Impl::request(impl_, "prompts/get", std::move(params));
}

json::object McpClient::output_schema(const std::string& tool) const {
    return impl_->output_schema(tool);
}

asio::awaitable<json::object> McpClient::request(std::string method, json::object params) {
    return Impl::request(impl_, std::move(method), std::move(params));
}

asio::awaitable<void> McpClient::close() { return Impl::close(impl_); }

}  // namespace capstan
