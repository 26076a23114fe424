// The client that the conformance suite of the Model Context Protocol drives: its server's URL is
// the last argument, the scenario's name is in MCP_CONFORMANCE_SCENARIO, what a user would know of
// the server beforehand in MCP_CONFORMANCE_CONTEXT. Does what a user's program would do: connects,
// lists the tools, calls each, closes. The user's browser is one that consents to everything.
#include <capstan/tools/mcp.hpp>
#include <capstan/tools/mcp_loopback.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

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

/// Opens the page, and goes where it is sent.
asio::awaitable<void> browse(std::string url) {
    HttpClientOptions options;
    options.proxy_from_environment = false;
    HttpClient browser(options);
    for (int pages = 0; !url.empty() && pages < 2; ++pages) {
        HttpRequest request;
        request.url = url;
        auto response = co_await browser.send(std::move(request));
        url = response.headers().get("location");
        co_await response.read_all();
    }
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

asio::awaitable<std::string> known_text(std::string text) { co_return text; }

/// What the scenario says that the user knows.
McpServerAuthorization known_authorization() {
    McpServerAuthorization known;
    const auto scenario = environment("MCP_CONFORMANCE_SCENARIO");
    const auto value = try_parse_json(environment("MCP_CONFORMANCE_CONTEXT"));
    const auto context = value && value->is_object() ? value->get_object() : json::object();
    const auto text = [&](std::string_view key) {
        return std::string(find_string(context, key).value_or(""));
    };
    known.client_id = text("client_id");
    known.client_secret = text("client_secret");
    known.private_key = text("private_key_pem");
    if (scenario.starts_with("auth/client-credentials")) known.grant = McpGrant::client_credentials;
    if (text("idp_id_token").empty()) return known;
    known.grant = McpGrant::identity_assertion;
    known.identity.client_id = text("idp_client_id");
    known.identity.token_endpoint = text("idp_token_endpoint");
    known.identity.id_token = [token = text("idp_id_token")] { return known_text(token); };
    return known;
}

int run(const std::string& url) {
    McpServerConfig config;
    config.name = "conformance";
    config.url = url;
    config.authorization = known_authorization();
    McpClientOptions options;
    options.on_elicitation = accept;
    options.http.proxy_from_environment = false;
    asio::io_context io;
    McpLoopback loopback(io.get_executor(), [&io](std::string, std::string page) {
        asio::co_spawn(io, browse(std::move(page)), asio::detached);
    });
    loopback.plug_into(options.authorization);
    // The suite's own: no document has to lie there.
    options.authorization.client_metadata_url =
        "https://conformance-test.local/client-metadata.json";
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
