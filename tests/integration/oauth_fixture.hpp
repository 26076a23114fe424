#pragma once

#include "oauth_server.hpp"

#include <capstan/tools/mcp.hpp>

#include <catch2/matchers/catch_matchers_string.hpp>

#include <memory>
#include <string>
#include <vector>

namespace test {

using namespace capstan;
using Catch::Matchers::ContainsSubstring;

inline const std::string redirect_uri = "http://127.0.0.1:1/callback";  // nobody listens there

McpServerConfig oauth_config(OAuthServer& server);

/// A user whose browser consents to everything; gives the URL that it was sent to.
asio::awaitable<std::string> consent(std::string server, std::string url);

/// With that user, unless the test has another one.
McpClientOptions oauth_options();

struct OAuthClient {
    explicit OAuthClient(OAuthServer& server, McpClientOptions options = oauth_options())
        : OAuthClient(oauth_config(server), std::move(options)) {}
    explicit OAuthClient(McpServerConfig config, McpClientOptions options = oauth_options())
        : client(std::make_unique<McpClient>(io.get_executor(), std::move(config),
                                             std::move(options))) {}

    std::string call(const std::string& tool = "a") {
        return text_of(run(io, client->call_tool(tool, {})));
    }
    std::string call_failure(const std::string& tool = "a") {
        return failure(io, client->call_tool(tool, {}));
    }

    asio::io_context io;
    std::unique_ptr<McpClient> client;
};

/// Keeps in memory, for several clients.
class MemoryTokens : public McpTokenStore {
public:
    asio::awaitable<json::object> load(std::string server_url) override;
    asio::awaitable<void> save(std::string server_url, json::object secrets) override;

    std::map<std::string, json::object> kept;
    bool broken = false;  // both throw
    int saves = 0;
};

/// That a text shows none of the server's secrets.
void check_discreet(OAuthServer& server, const std::string& text);

}  // namespace test
