// The client that the conformance suite of the Model Context Protocol drives: its server's URL is
// the last argument, the scenario's name is in MCP_CONFORMANCE_SCENARIO. Does what a user's program
// would do: connects, lists the tools, calls each, closes.
#include <capstan/tools/mcp.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

namespace {

namespace asio = boost::asio;
using namespace capstan;

/// A value that fits a property of a schema.
json::value sample(const json::value& schema) {
    const auto* rules = schema.if_object();
    const auto type = rules ? find_string(*rules, "type").value_or("string") : "string";
    if (type == "number" || type == "integer") return 2;
    if (type == "boolean") return true;
    if (type == "object") return json::object();
    if (type == "array") return json::array();
    return "sample";
}

json::object sample_arguments(const FunctionTool& tool) {
    json::object arguments;
    if (const auto* properties = find_object(tool.parameters, "properties")) {
        for (const auto& property : *properties) {
            arguments[property.key()] = sample(property.value());
        }
    }
    return arguments;
}

/// Accepts every form without a content of its own: the defaults count.
asio::awaitable<json::object> accept(std::string, json::object) {
    json::object answer;
    answer["action"] = "accept";
    co_return answer;
}

asio::awaitable<void> use_server(McpClient& client) {
    const auto tools = co_await client.tools();
    for (const auto& tool : tools) {
        auto call = client.call_tool(tool.name, sample_arguments(tool));
        const auto result = co_await std::move(call);
        std::printf("%s: %s\n", tool.name.c_str(), to_json_text(result).c_str());
    }
    co_await client.close();
}

int run(const std::string& url) {
    McpServerConfig config;
    config.name = "conformance";
    config.url = url;
    McpClientOptions options;
    options.on_elicitation = accept;
    options.http.proxy_from_environment = false;
    asio::io_context io;
    McpClient client(io.get_executor(), config, options);
    int code = 0;
    asio::co_spawn(io, use_server(client), [&](std::exception_ptr error) {
        if (error) io.stop();
        try {
            if (error) std::rethrow_exception(error);
        } catch (const std::exception& failure) {
            std::fprintf(stderr, "%s\n", failure.what());
            code = 1;
        }
    });
    io.run();
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: capstan-mcp-conformance URL\n");
        return 2;
    }
    return run(argv[argc - 1]);
}
