#include "mcp/mcp_process.hpp"
#include "mcp/mcp_variables.hpp"

#include <capstan/tools/mcp.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

using namespace capstan;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

std::optional<std::string> look_up(const std::string& name) {
    if (name == "HOME") return "/home/me";
    if (name == "EMPTY") return "";
    if (name == "NESTED") return "${HOME}";
    return std::nullopt;
}

McpServerConfig read_one(const std::string& members) {
    auto servers = read_mcp_config(R"({"mcpServers":{"s":)" + members + "}}");
    REQUIRE(servers.size() == 1);
    return servers[0];
}

}  // namespace

TEST_CASE("Variables of the environment are put in") {
    const std::vector<std::pair<std::string, std::string>> rows = {
        {"", ""},
        {"plain $HOME $", "plain $HOME $"},
        {"${HOME}/x", "/home/me/x"},
        {"a${HOME}b${HOME}", "a/home/meb/home/me"},
        {"${EMPTY}|", "|"},
        {"${NESTED}", "${HOME}"},
        {"${NO:-default}", "default"},
        {"${NO:-}", ""},
        {"${EMPTY:-default}", "default"},
        {"${HOME:-default}", "/home/me"},
        {"${NO:-a:-b}", "a:-b"},
        {"${", "${"},
        {"${}", "${}"},
        {"${HOME", "${HOME"},
        {"${1}", "${1}"},
        {"${a b}", "${a b}"},
        {"${input:key}", "${input:key}"},
    };
    for (const auto& [text, expected] : rows) {
        CHECK(mcp::expand_variables(text, look_up) == expected);
    }
    CHECK_THROWS_MATCHES(mcp::expand_variables("x${MISSING}", look_up), McpError,
                         MessageMatches(ContainsSubstring("MISSING")));
}

TEST_CASE("The common form of the MCP configuration is read") {
    const auto servers = read_mcp_config(R"({
      "other": 1,
      "mcpServers": {
        "files": {"command": "npx", "args": ["-y", "server"], "env": {"A": "1"}, "cwd": "/srv",
                  "alwaysAllow": ["read"], "autoApprove": ["list"], "type": "stdio", "new": []},
        "web": {"type": "http", "url": "https://example.com/mcp", "permission": "allow",
                "headers": {"Authorization": "Bearer x"}, "initTimeout": 100,
                "requestTimeout": 2000.0, "maxRequestTime": 3000},
        "off": {"disabled": true, "command": 7}
      }})");
    REQUIRE(servers.size() == 3);
    const auto& files = servers[0];
    CHECK(files.name == "files");
    CHECK(files.command == "npx");
    CHECK(files.args == std::vector<std::string>{"-y", "server"});
    CHECK(files.env == std::map<std::string, std::string>{{"A", "1"}});
    CHECK(files.directory == "/srv");
    CHECK(files.always_allow == std::vector<std::string>{"read", "list"});
    CHECK(files.permission == Permission::ask);
    CHECK(files.init_timeout == 5s);
    CHECK(files.request_timeout == 60s);
    const auto& web = servers[1];
    CHECK(web.url == "https://example.com/mcp");
    CHECK(web.headers == std::map<std::string, std::string>{{"Authorization", "Bearer x"}});
    CHECK(web.permission == Permission::allow);
    CHECK(web.init_timeout == 100ms);
    CHECK(web.request_timeout == 2s);
    CHECK(web.max_request_time == 3s);
    CHECK(servers[2].disabled);
    CHECK(read_mcp_config(R"({"mcpServers":{}})").empty());
}

TEST_CASE("Variables are put into every text of the MCP configuration") {
    ::setenv("CAPSTAN_MCP_TEST", "value", 1);
    const auto config =
        read_one(R"({"command": "${CAPSTAN_MCP_TEST}/x", "args": ["${CAPSTAN_MCP_TEST}"],
        "env": {"A": "${CAPSTAN_MCP_TEST}"}, "cwd": "/${CAPSTAN_MCP_TEST}"})");
    CHECK(config.command == "value/x");
    CHECK(config.args[0] == "value");
    CHECK(config.env.at("A") == "value");
    CHECK(config.directory == "/value");
    const auto web = read_one(R"({"url": "http://${CAPSTAN_MCP_TEST}", "headers":
        {"X": "${CAPSTAN_MCP_TEST}"}})");
    CHECK(web.url == "http://value");
    CHECK(web.headers.at("X") == "value");
    ::unsetenv("CAPSTAN_MCP_TEST");
}

TEST_CASE("A wrong MCP configuration is refused with the place") {
    const std::vector<std::pair<std::string, std::string>> rows = {
        {"", "no JSON object"},
        {"[]", "no JSON object"},
        {"{}", "mcpServers"},
        {R"({"mcpServers":[]})", "mcpServers"},
        {R"({"mcpServers":{"s":1}})", "mcpServers.s: expected an object"},
        {R"({"mcpServers":{"":{}}})", "empty name"},
        {R"({"mcpServers":{"s":{}}})", "mcpServers.s: needs either"},
        {R"({"mcpServers":{"s":{"command":"a","url":"b"}}})", "mcpServers.s: needs either"},
        {R"({"mcpServers":{"s":{"command":1}}})", "mcpServers.s.command: expected a text"},
        {R"({"mcpServers":{"s":{"command":"a","args":"b"}}})",
         "mcpServers.s.args: expected a list"},
        {R"({"mcpServers":{"s":{"command":"a","args":["b",1]}}})", "mcpServers.s.args[1]"},
        {R"({"mcpServers":{"s":{"command":"a","env":{"K":1}}}})", "mcpServers.s.env.K"},
        {R"({"mcpServers":{"s":{"command":"a","env":{"K":"${CAPSTAN_NOT_SET}"}}}})",
         "mcpServers.s.env.K: the environment variable CAPSTAN_NOT_SET is not set"},
        {R"({"mcpServers":{"s":{"url":"a","headers":[]}}})", "mcpServers.s.headers"},
        {R"({"mcpServers":{"s":{"url":"a","disabled":"no"}}})", "mcpServers.s.disabled"},
        {R"({"mcpServers":{"s":{"url":"a","permission":"maybe"}}})", "mcpServers.s.permission"},
        {R"({"mcpServers":{"s":{"url":"a","initTimeout":0}}})", "mcpServers.s.initTimeout"},
        {R"({"mcpServers":{"s":{"url":"a","initTimeout":"5s"}}})", "mcpServers.s.initTimeout"},
        {R"({"mcpServers":{"s":{"url":"a","requestTimeout":1e30}}})",
         "mcpServers.s.requestTimeout"},
    };
    for (const auto& [text, words] : rows) {
        INFO(text);
        CHECK_THROWS_MATCHES(read_mcp_config(text), McpError,
                             MessageMatches(ContainsSubstring(words)));
    }
}

TEST_CASE("A server's environment has its own variables and nothing secret of ours") {
    ::setenv("OPENROUTER_API_KEY", "sk-secret", 1);
    ::setenv("LC_TIME", "C", 1);
    McpServerConfig config;
    config.env = {{"TOKEN", "t"}, {"HOME", "/other"}};
    const auto environment = mcp::process_environment(config);
    const auto has = [&](const std::string& entry) {
        return std::find(environment.begin(), environment.end(), entry) != environment.end();
    };
    CHECK(has("TOKEN=t"));
    CHECK(has("HOME=/other"));
    CHECK(has("LC_TIME=C"));
    for (const auto& entry : environment) CHECK_FALSE(entry.starts_with("OPENROUTER"));
    ::unsetenv("OPENROUTER_API_KEY");
}

TEST_CASE("A command is found along the path that the server will have") {
    McpServerConfig config;
    config.name = "s";
    config.command = "sh";
    config.env["PATH"] = "/nowhere::/bin:/usr/bin";
    CHECK(mcp::find_program(config) == "/bin/sh");
    config.env["PATH"] = "/nowhere";
    CHECK_THROWS_MATCHES(mcp::find_program(config), McpError,
                         MessageMatches(ContainsSubstring("\"sh\" was not found")));
    config.env["PATH"] = "";
    CHECK_THROWS_AS(mcp::find_program(config), McpError);
    config.command = "./bin/sh";
    config.directory = "/";
    CHECK(mcp::find_program(config) == "./bin/sh");
    config.directory = "/nowhere";
    CHECK_THROWS_MATCHES(mcp::find_program(config), McpError,
                         MessageMatches(ContainsSubstring("/nowhere/./bin/sh")));
}

TEST_CASE("What is known of a server's authorization stands in its configuration") {
    const auto config = read_one(R"({"url":"https://x","oauth":{"clientId":"id",
        "clientSecret":"${MCP_TEST_SECRET:-s}","privateKey":"k","issuer":"https://as",
        "scope":"a b","grant":"client_credentials","new":1}})");
    CHECK(config.authorization.client_id == "id");
    CHECK(config.authorization.client_secret == "s");
    CHECK(config.authorization.private_key == "k");
    CHECK(config.authorization.issuer == "https://as");
    CHECK(config.authorization.scope == "a b");
    CHECK(config.authorization.grant == McpGrant::client_credentials);
    CHECK(read_one(R"({"url":"https://x","oauth":{"grant":"authorization_code"}})")
              .authorization.grant == McpGrant::authorization_code);
    const std::vector<std::pair<std::string, std::string>> rows = {
        {R"({"url":"https://x","oauth":7})", "mcpServers.s.oauth: expected an object"},
        {R"({"url":"https://x","oauth":{"clientId":7}})",
         "mcpServers.s.oauth.clientId: expected a text"},
        {R"({"url":"https://x","oauth":{"grant":"password"}})", "mcpServers.s.oauth.grant: "},
    };
    for (const auto& [members, words] : rows) {
        CHECK_THROWS_MATCHES(read_one(members), McpError,
                             MessageMatches(ContainsSubstring(words)));
    }
}
