#include "mcp/mcp_tool.hpp"

#include "mcp/mcp_result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace capstan::mcp {

namespace {

constexpr std::string_view list_resources = "list_resources";
constexpr std::string_view read_resource = "read_resource";

/// What the tools of a server have in common.
class ServerTool : public Tool {
public:
    ServerTool(std::weak_ptr<McpClient> client, const McpServerConfig& config,
               std::string_view own_name, FunctionTool definition)
        : client_(std::move(client)), server_(config.name), definition_(std::move(definition)) {
        const auto& allowed = config.always_allow;
        const bool allow = std::find(allowed.begin(), allowed.end(), own_name) != allowed.end();
        options_.permission = allow ? Permission::allow : config.permission;
        // The client has limits of its own, which know of progress.
        options_.timeout = config.max_request_time + config.init_timeout;
    }

    const FunctionTool& definition() const override { return definition_; }
    ToolOptions options() const override { return options_; }

protected:
    /// Not to be held while its calls run: they have what they need, and the client may go.
    std::shared_ptr<McpClient> client() const {
        auto client = client_.lock();
        if (!client) throw McpError(fmt::format("MCP server \"{}\" was closed", server_));
        return client;
    }

private:
    std::weak_ptr<McpClient> client_;
    std::string server_;
    FunctionTool definition_;
    ToolOptions options_;
};

json::object arguments_of(json::value value) {
    return value.is_object() ? std::move(value.get_object()) : json::object();
}

class CallTool final : public ServerTool {
public:
    CallTool(std::weak_ptr<McpClient> client, const McpServerConfig& config, std::string own_name,
             FunctionTool definition)
        : ServerTool(std::move(client), config, own_name, std::move(definition)),
          own_name_(std::move(own_name)) {}

    asio::awaitable<ToolResult> run(json::value arguments, ToolContext& context) override {
        // What the tool promised when it was called, whatever becomes of the list meanwhile.
        const auto schema = client()->output_schema(own_name_);
        auto call =
            client()->call_tool(own_name_, arguments_of(std::move(arguments)), context.on_progress);
        const auto result = co_await std::move(call);
        co_return mcp_tool_result(result, schema);
    }

private:
    std::string own_name_;
};

FunctionTool list_definition(const McpServerConfig& config, std::string name) {
    FunctionTool definition;
    definition.name = std::move(name);
    definition.description =
        fmt::format("Lists the resources (texts and data, by URI) of the server {}", config.name);
    definition.parameters["type"] = "object";
    definition.parameters["properties"].emplace_object();
    return definition;
}

FunctionTool read_definition(const McpServerConfig& config, std::string name) {
    auto definition = list_definition(config, std::move(name));
    definition.description = fmt::format("Reads one resource of the server {}", config.name);
    json::object uri;
    uri["type"] = "string";
    uri["description"] = "URI of the resource, as listed, or made from a listed template";
    definition.parameters["properties"].get_object()["uri"] = std::move(uri);
    definition.parameters["required"].emplace_array().emplace_back("uri");
    return definition;
}

void add_lines(std::string& text, const std::vector<McpResource>& resources) {
    for (const auto& resource : resources) {
        text += resource.uri;
        if (!resource.name.empty()) text += fmt::format(" ({})", resource.name);
        if (!resource.mime_type.empty()) text += fmt::format(" [{}]", resource.mime_type);
        if (!resource.description.empty()) text += ": " + resource.description;
        text += '\n';
    }
}

class ListResources final : public ServerTool {
public:
    ListResources(std::weak_ptr<McpClient> client, const McpServerConfig& config, std::string name)
        : ServerTool(std::move(client), config, list_resources,
                     list_definition(config, std::move(name))) {}

    asio::awaitable<ToolResult> run(json::value, ToolContext&) override {
        auto listing = client()->resources();
        const auto resources = co_await std::move(listing);
        std::string text;
        add_lines(text, resources);
        const auto templates = co_await templates_of();
        if (!templates.empty()) text += "Templates:\n";
        add_lines(text, templates);
        if (text.empty()) text = "There are no resources.";
        co_return ToolResult(std::move(text));
    }

private:
    /// Many servers have none, and say so by an error.
    asio::awaitable<std::vector<McpResource>> templates_of() {
        try {
            auto listing = client()->resource_templates();
            co_return co_await std::move(listing);
        } catch (const McpError&) {
            co_return std::vector<McpResource>();
        }
    }
};

class ReadResource final : public ServerTool {
public:
    ReadResource(std::weak_ptr<McpClient> client, const McpServerConfig& config, std::string name)
        : ServerTool(std::move(client), config, read_resource,
                     read_definition(config, std::move(name))) {}

    asio::awaitable<ToolResult> run(json::value arguments, ToolContext&) override {
        const auto members = arguments_of(std::move(arguments));
        const auto uri = find_string(members, "uri");
        if (!uri) throw McpError("the argument \"uri\" is missing");
        auto reading = client()->read_resource(std::string(*uri));
        const auto contents = co_await std::move(reading);
        std::vector<ContentPart> parts;
        for (const auto& item : contents) {
            if (const auto* object = item.if_object()) parts.push_back(resource_part(*object));
        }
        co_return joined_result(std::move(parts));
    }
};

}  // namespace

std::shared_ptr<Tool> make_tool(std::weak_ptr<McpClient> client, const McpServerConfig& config,
                                std::string name, FunctionTool definition) {
    auto own_name = std::exchange(definition.name, std::move(name));
    return std::make_shared<CallTool>(std::move(client), config, std::move(own_name),
                                      std::move(definition));
}

std::shared_ptr<Tool> make_list_resources_tool(std::weak_ptr<McpClient> client,
                                               const McpServerConfig& config, std::string name) {
    return std::make_shared<ListResources>(std::move(client), config, std::move(name));
}

std::shared_ptr<Tool> make_read_resource_tool(std::weak_ptr<McpClient> client,
                                              const McpServerConfig& config, std::string name) {
    return std::make_shared<ReadResource>(std::move(client), config, std::move(name));
}

}  // namespace capstan::mcp
