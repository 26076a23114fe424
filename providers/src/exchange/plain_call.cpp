#include "exchange/plain_call.hpp"

#include "exchange/retry_loop.hpp"

#include <capstan/json.hpp>

#include <utility>
#include <vector>

namespace capstan::exchange {
namespace {

asio::awaitable<std::string> perform_once(std::shared_ptr<ProviderClient> client,
                                          const ApiCall& call) {
    auto request = client->request(call.method, call.path);
    request.timeouts.total = call.timeout;
    for (const auto& [name, value] : call.headers.fields()) request.headers.set(name, value);
    request.headers.set("Accept", "application/json");
    if (!call.body.empty()) {
        request.headers.set("Content-Type", "application/json");
        request.body = call.body;
    }
    auto sending = client->http().send(std::move(request));
    auto response = co_await std::move(sending);
    auto reading = response.read_all();
    auto body = co_await std::move(reading);
    if (response.status() / 100 == 2) co_return body;
    throw status_error(*client, response, body);
}

}  // namespace

asio::awaitable<std::string> perform(std::shared_ptr<ProviderClient> client, ApiCall call) {
    RetryPolicy policy = client->retry();
    if (!call.retries) policy.max_retries = 0;
    std::vector<RetryCallback> callbacks(1, client->on_retry_attempt());
    RetryLoop retries(policy, client->clock(), std::move(callbacks));
    for (;;) {
        std::exception_ptr failure;
        try {
            auto attempt = perform_once(client, call);
            co_return co_await std::move(attempt);
        } catch (...) {
            failure = std::current_exception();
        }
        const auto error =
            as_api_error(failure, client_context(*client, ErrorPhase::before_first_chunk));
        const auto delay = retries.after(error);
        if (!delay) throw retries.final_error(error);
        auto wait = client->clock().sleep_for(*delay);
        co_await std::move(wait);
    }
}

asio::awaitable<json::object> perform_json(std::shared_ptr<ProviderClient> client, ApiCall call) {
    auto performing = perform(client, std::move(call));
    auto text = co_await std::move(performing);
    auto value = try_parse_json(text);
    if (!value || !value->is_object()) {
        auto context = client_context(*client, ErrorPhase::before_first_chunk);
        context.http_status = 200;
        throw ApiError(malformed("the body is no JSON object", context));
    }
    co_return std::move(value->as_object());
}

}  // namespace capstan::exchange
