#include "mcp_stdio_fixture.hpp"

#include <catch2/matchers/catch_matchers_string.hpp>

using namespace capstan;
using namespace test;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("An MCP server over stdio is started and greeted") {
    ChildClient child;
    CHECK_FALSE(child.client->connected());
    CHECK(child.client->protocol_version().empty());
    run(child.io, child.client->connect());
    CHECK(child.client->connected());
    CHECK(child.client->protocol_version() == "2025-11-25");
    CHECK(child.client->server_info().at("name") == "child");
    CHECK(child.client->server_capabilities().contains("tools"));
    CHECK(child.client->instructions() == "Be gentle.");
}

TEST_CASE("An MCP server is told who we are and what we can") {
    McpClientOptions options;
    options.roots = {"file:///srv"};
    ChildClient child(options);
    const auto text = child.call_text("hello");
    CHECK_THAT(text, ContainsSubstring(R"("protocolVersion":"2025-11-25")"));
    CHECK_THAT(text, ContainsSubstring(R"("capabilities":{"roots":{}})"));
    CHECK_THAT(text, ContainsSubstring(R"("clientInfo":{"name":"capstan","version":")"));
    ChildClient plain;
    CHECK_THAT(plain.call_text("hello"), ContainsSubstring(R"("capabilities":{})"));
}

TEST_CASE("Older versions of the protocol are spoken, unknown ones refused") {
    for (const std::string version : {"2025-06-18", "2025-03-26", "2024-11-05"}) {
        ChildClient child({"--old-version", version});
        run(child.io, child.client->connect());
        CHECK(child.client->protocol_version() == version);
    }
    for (const std::string version : {"2099-01-01", "1.0"}) {
        ChildClient child({"--old-version", version});
        CHECK_THAT(failure(child.io, child.client->connect()),
                   ContainsSubstring("protocol version \"" + version + "\""));
        CHECK_FALSE(child.client->connected());
    }
}

TEST_CASE("All pages of an MCP server's tools are read, once") {
    ChildClient child;
    const auto tools = run(child.io, child.client->tools());
    std::vector<std::string> names;
    for (const auto& tool : tools) names.push_back(tool.name);
    CHECK(names ==
          std::vector<std::string>{"echo", "crash", "hang", "progress", "ask", "grow", "mixed"});
    CHECK(run(child.io, child.client->tools()).size() == 7);
}

TEST_CASE("A list of an MCP server that does not end is refused") {
    ChildClient child({"--endless-pages"});
    CHECK_THAT(failure(child.io, child.client->tools()), ContainsSubstring("do not end"));
}

TEST_CASE("An MCP server without tools has none") {
    ChildClient child({"--no-tools"});
    CHECK(run(child.io, child.client->tools()).empty());
}

TEST_CASE("Tools of an MCP server are called with their arguments, many at once") {
    ChildClient child;
    CHECK(child.call_text("echo", {{"a", "\xc3\xbc\n"}}) == R"({"a":")"
                                                            "\xc3\xbc"
                                                            R"(\n"})");
    std::vector<std::string> results(50);
    std::size_t done = 0;
    for (std::size_t i = 0; i < results.size(); ++i) {
        asio::co_spawn(child.io, child.client->call_tool("echo", {{"i", i}}),
                       [&, i](std::exception_ptr error, json::object result) {
                           if (!error) results[i] = text_of(result);
                           ++done;
                       });
    }
    run_until(child.io, [&] { return done == results.size(); });
    for (std::size_t i = 0; i < results.size(); ++i) {
        CHECK(results[i] == "{\"i\":" + std::to_string(i) + "}");
    }
}

TEST_CASE("An error of an MCP server keeps its words and its code") {
    ChildClient child;
    try {
        child.call("no such tool");
        FAIL("no error");
    } catch (const McpError& error) {
        CHECK(error.code() == -32602);
        CHECK(std::string(error.what()) == "MCP server \"child\": there is no such tool");
    }
}

TEST_CASE("Resources and prompts of an MCP server are listed and read") {
    ChildClient child;
    const auto resources = run(child.io, child.client->resources());
    REQUIRE(resources.size() == 1);
    CHECK(resources[0].uri == "test:///a");
    const auto contents = run(child.io, child.client->read_resource("test:///a"));
    CHECK(contents.at(0).at("text") == "contents");
    const auto prompts = run(child.io, child.client->prompts());
    REQUIRE(prompts.size() == 1);
    const auto prompt = run(child.io, child.client->get_prompt("p"));
    CHECK(prompt.at("messages").at(0).at("content") == "p");
}

TEST_CASE("A large result of an MCP server arrives whole") {
    ChildClient child;
    CHECK(child.call_text("huge") == std::string(5'000'000, 'x'));
}

TEST_CASE("What an MCP server writes beside the protocol is passed over") {
    ChildClient child({"--garbage"});
    CHECK(child.call_text("echo", {}) == "{}");
}

TEST_CASE("An MCP server that says nothing is given up in time, with what it wrote") {
    auto config = child_config({"--silent", "--garbage"});
    config.init_timeout = 300ms;
    ChildClient child(config);
    const auto text = failure(child.io, child.client->connect());
    CHECK_THAT(text, ContainsSubstring("did not answer initialize within 300 ms"));
    CHECK_THAT(text, ContainsSubstring("Listening..."));
}

TEST_CASE("An MCP server that ends at its start is an error with its last words") {
    ChildClient child({"--crash-at-start"});
    const auto text = failure(child.io, child.client->connect());
    CHECK(text ==
          "MCP server \"child\" ended (exit code 7); its last words: "
          "cannot find my configuration");
}

TEST_CASE("A command that does not exist is an error that names it") {
    auto config = child_config();
    config.command = "capstan-no-such-program";
    ChildClient child(config);
    CHECK_THAT(failure(child.io, child.client->connect()),
               ContainsSubstring("\"capstan-no-such-program\" was not found"));
    config.command = MCP_CHILD;
    config.directory = "/no/such/folder";
    ChildClient lost(config);
    CHECK_THAT(failure(lost.io, lost.client->connect()), ContainsSubstring("cannot start"));
}

TEST_CASE("An MCP server gets its own environment and none of our keys") {
    ::setenv("OPENROUTER_API_KEY", "sk-secret", 1);
    auto config = child_config();
    config.env["MCP_TEST"] = "here";
    ChildClient child(config);
    const auto text = child.call_text("environment");
    ::unsetenv("OPENROUTER_API_KEY");
    CHECK_THAT(text, ContainsSubstring("MCP_TEST=here"));
    CHECK_THAT(text, !ContainsSubstring("sk-secret"));
}
