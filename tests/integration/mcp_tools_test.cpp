#include "mcp_http_server.hpp"
#include "mcp_stdio_fixture.hpp"

#include <catch2/matchers/catch_matchers_string.hpp>

using namespace capstan;
using namespace test;
using Catch::Matchers::ContainsSubstring;

namespace {

McpServerConfig named(std::string name, McpServerConfig config) {
    config.name = std::move(name);
    return config;
}

struct Fixture {
    explicit Fixture(std::vector<McpServerConfig> servers, McpClientOptions options = {}) {
        options.http.proxy_from_environment = false;
        tools =
            std::make_unique<McpTools>(io.get_executor(), std::move(servers), std::move(options));
    }

    std::vector<std::string> connect() { return run(io, tools->connect()); }

    std::vector<std::string> names() const {
        std::vector<std::string> result;
        for (const auto& tool : tools->tools()) result.push_back(tool->definition().name);
        return result;
    }

    ToolResult call(const std::shared_ptr<Tool>& tool, json::value arguments = json::object()) {
        ToolContext context;
        return run(io, tool->run(std::move(arguments), context));
    }
    std::string call_text(const std::string& name, json::value arguments = json::object()) {
        return capstan::text_of(call(tools->find(name), std::move(arguments)).content);
    }

    asio::io_context io;
    std::unique_ptr<McpTools> tools;
};

}  // namespace

TEST_CASE("The tools of several MCP servers are found under the names of both") {
    McpHttpServer web;
    McpServerConfig remote;
    remote.url = web.url();
    remote.init_timeout = 20s;
    auto off = named("off", child_config());
    off.disabled = true;
    Fixture fixture({named("one", child_config()), off, named("web", remote)});
    CHECK(fixture.tools->tools().empty());
    CHECK(fixture.connect().empty());
    CHECK(fixture.names() == std::vector<std::string>{"one__echo", "one__crash", "one__hang",
                                                      "one__progress", "one__ask", "one__grow",
                                                      "one__mixed", "one__list_resources",
                                                      "one__read_resource", "web__a", "web__b"});
    CHECK(fixture.call_text("one__echo", {{"x", 1}}) == R"({"x":1})");
    CHECK(fixture.call_text("web__a") == "called");
    CHECK(fixture.call_text("one__list_resources") == "test:///a (a)\n");
    CHECK(fixture.call_text("one__read_resource", {{"uri", "test:///b"}}) ==
          "test:///b:\ncontents");
    const auto mixed = fixture.call(fixture.tools->find("one__mixed"));
    const auto& parts = std::get<std::vector<ContentPart>>(mixed.content);
    CHECK(std::get<ImagePart>(parts.at(1)).url == "data:image/png;base64,QUJD");
    CHECK(fixture.tools->client("one") != nullptr);
    CHECK(fixture.tools->client("off") == nullptr);
}

TEST_CASE("An MCP server that cannot be reached does not keep the others away") {
    McpServerConfig missing;
    missing.command = "capstan-no-such-program";
    Fixture fixture({named("bad", missing), named("worse", child_config({"--crash-at-start"})),
                     named("good", child_config())});
    const auto errors = fixture.connect();
    REQUIRE(errors.size() == 2);
    CHECK_THAT(errors[0], ContainsSubstring("\"bad\""));
    CHECK_THAT(errors[1], ContainsSubstring("cannot find my configuration"));
    CHECK(fixture.tools->find("good__echo"));
    CHECK(fixture.names().size() == 9);
}

TEST_CASE("Permissions and time limits of an MCP server's tools come from its configuration") {
    auto config = child_config();
    config.always_allow = {"echo"};
    config.max_request_time = 90s;
    Fixture fixture({config});
    fixture.connect();
    CHECK(fixture.tools->find("child__echo")->options().permission == Permission::allow);
    CHECK(fixture.tools->find("child__crash")->options().permission == Permission::ask);
    CHECK(fixture.tools->find("child__echo")->options().timeout == 90s + 20s);
    config.permission = Permission::deny;
    Fixture denied({config});
    denied.connect();
    CHECK(denied.tools->find("child__crash")->options().permission == Permission::deny);
}

TEST_CASE("Progress of an MCP server's tool reaches the tool's context") {
    Fixture fixture({child_config()});
    fixture.connect();
    std::vector<std::string> progress;
    ToolContext context;
    context.on_progress = [&](std::string text, json::value) { progress.push_back(text); };
    const auto tool = fixture.tools->find("child__progress");
    run(fixture.io, tool->run(json::object{{"count", 2}, {"pause", 1}}, context));
    CHECK(progress == std::vector<std::string>{"1/2", "2/2"});
}

TEST_CASE("New tools of an MCP server appear by themselves") {
    int told = 0;
    McpClientOptions options;
    options.on_tools_changed = [&](std::string_view) { ++told; };
    Fixture fixture({child_config()}, options);
    fixture.connect();
    const auto old_tool = fixture.tools->find("child__echo");
    CHECK_FALSE(fixture.tools->find("child__new"));
    fixture.call_text("child__grow");
    run_until(fixture.io, [&] { return fixture.tools->find("child__new") != nullptr; });
    CHECK(told == 1);
    CHECK(capstan::text_of(fixture.call(old_tool).content) == "{}");
}

TEST_CASE("The tools of a crashed MCP server work again with the next call") {
    Fixture fixture({child_config()});
    fixture.connect();
    const auto crash = fixture.tools->find("child__crash");
    CHECK_THROWS_AS(fixture.call(crash), McpError);
    CHECK(fixture.call_text("child__echo") == "{}");
}

TEST_CASE("MCP servers that are closed have no tools, and can be connected again") {
    Fixture fixture({child_config()});
    fixture.connect();
    run(fixture.io, fixture.tools->close());
    CHECK(fixture.tools->tools().empty());
    fixture.io.restart();
    fixture.io.run();  // nothing is left to do
    CHECK(fixture.connect().empty());
    CHECK(fixture.names().size() == 9);
}

TEST_CASE("A tool may outlive the MCP servers") {
    Fixture fixture({child_config()});
    fixture.connect();
    const auto echo = fixture.tools->find("child__echo");
    const auto hang = fixture.tools->find("child__hang");
    ToolContext context;
    Started<ToolResult> call(fixture.io, hang->run(json::object(), context));
    fixture.io.poll();
    fixture.tools.reset();
    CHECK_THROWS_AS(std::rethrow_exception(call.error()), McpError);
    CHECK_THROWS_AS(fixture.call(echo), McpError);
    fixture.io.restart();
    fixture.io.run();
}

TEST_CASE("MCP servers that go while they are connected leave an error") {
    Fixture fixture({child_config({"--silent"})});
    Started<std::vector<std::string>> connecting(fixture.io, fixture.tools->connect());
    fixture.io.poll();
    fixture.tools.reset();
    CHECK_FALSE(connecting.error());
}

TEST_CASE("What a server returns is held against the output schema of its tool") {
    McpHttpServer web([](const SimRequest& request, const json::value& message) {
        const auto name = McpHttpServer::name_of(request);
        std::optional<SimResponse> response;
        if (name == "tools/list") {
            const auto tools = json::parse(
                R"([{"name":"a","outputSchema":{"type":"object","required":["t"]}}])");
            response = json_result(message, {{"tools", tools}});
        } else if (name == "tools/call") {
            auto result = text_content("warm");
            result["structuredContent"] = message.at("params").at("arguments");
            response = json_result(message, std::move(result));
        }
        return response;
    });
    McpServerConfig remote;
    remote.name = "web";
    remote.url = web.url();
    remote.init_timeout = 20s;
    Fixture fixture({remote});
    REQUIRE(fixture.connect().empty());
    const auto tool = fixture.tools->find("web__a");
    CHECK_FALSE(fixture.call(tool, {{"t", 1}}).is_error);
    const auto bad = fixture.call(tool, {{"x", 1}});
    CHECK(bad.is_error);
    CHECK_THAT(capstan::text_of(bad.content),
               ContainsSubstring("warm") && ContainsSubstring("is not valid"));
}
