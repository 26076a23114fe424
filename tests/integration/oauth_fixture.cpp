#include "oauth_fixture.hpp"

namespace test {

McpServerConfig oauth_config(OAuthServer& server) {
    McpServerConfig config;
    config.name = "web";
    config.url = server.url();
    config.init_timeout = 20s;
    return config;
}

asio::awaitable<std::string> consent(std::string, std::string url) {
    HttpClientOptions options;
    options.proxy_from_environment = false;
    HttpClient browser(options);
    HttpRequest request;
    request.url = url;
    auto response = co_await browser.send(std::move(request));
    const std::string location(response.headers().get("location"));
    co_await response.read_all();
    if (location.empty()) throw std::runtime_error("the browser shows an error");
    co_return location;
}

McpClientOptions oauth_options() {
    McpClientOptions options;
    options.http.proxy_from_environment = false;
    options.authorization.redirect_uri = redirect_uri;
    options.authorization.authorize = consent;
    return options;
}

asio::awaitable<json::object> MemoryTokens::load(std::string server_url) {
    if (broken) throw std::runtime_error("the keyring is locked");
    co_return kept[server_url];
}

asio::awaitable<void> MemoryTokens::save(std::string server_url, json::object secrets) {
    if (broken) throw std::runtime_error("the keyring is locked");
    ++saves;
    kept[server_url] = std::move(secrets);
    co_return;
}

void check_discreet(OAuthServer& server, const std::string& text) {
    for (const auto& secret : server.secrets()) {
        INFO(secret);
        CHECK_THAT(text, !ContainsSubstring(secret));
    }
}

}  // namespace test
