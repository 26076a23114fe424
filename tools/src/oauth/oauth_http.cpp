#include "oauth/oauth_http.hpp"

#include <utility>

namespace capstan::oauth {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_body = 1024 * 1024;

HttpRequest make(std::string method, std::string url) {
    HttpRequest request;
    request.method = std::move(method);
    request.url = std::move(url);
    request.headers.set("Accept", "application/json");
    request.timeouts.total = 30s;
    return request;
}

}  // namespace

HttpRequest get_request(std::string url) { return make("GET", std::move(url)); }

HttpRequest json_request(std::string url, std::string body) {
    auto request = make("POST", std::move(url));
    request.headers.set("Content-Type", "application/json");
    request.body = std::move(body);
    return request;
}

HttpRequest form_request(std::string url) {
    auto request = make("POST", std::move(url));
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    return request;
}

asio::awaitable<Answer> fetch(HttpClient& client, HttpRequest request) {
    auto response = co_await client.send(std::move(request));
    Answer answer;
    answer.status = response.status();
    answer.body = co_await response.read_all(max_body);
    co_return answer;
}

}  // namespace capstan::oauth
