#include "openrouter/openrouter_calls.hpp"

#include "errors/error_mapping.hpp"
#include "exchange/retry_loop.hpp"

#include <capstan/json.hpp>

#include <utility>
#include <vector>

namespace capstan::openrouter {
namespace {

asio::awaitable<std::string> perform_once(std::shared_ptr<Core> core, const ApiCall& call) {
    auto request = core->request(call.method, call.path);
    request.timeouts.total = call.timeout;
    request.headers.set("Accept", "application/json");
    if (!call.body.empty()) {
        request.headers.set("Content-Type", "application/json");
        request.body = call.body;
    }
    auto sending = core->http().send(std::move(request));
    auto response = co_await std::move(sending);
    auto reading = response.read_all();
    auto body = co_await std::move(reading);
    if (response.status() == 200) co_return body;

    auto context =
        context_of(response.status(), response.headers(), ErrorPhase::before_first_chunk);
    context.now = core->clock().now();
    context.secrets.push_back(core->api_key());
    throw ApiError(from_http(context, body, response.headers().get("content-type")));
}

}  // namespace

asio::awaitable<std::string> perform(std::shared_ptr<Core> core, ApiCall call) {
    RetryPolicy policy = core->options().retry;
    if (!call.retries) policy.max_retries = 0;
    std::vector<RetryCallback> callbacks(1, core->options().on_retry_attempt);
    RetryLoop retries(policy, core->clock(), std::move(callbacks));
    for (;;) {
        std::exception_ptr failure;
        try {
            auto attempt = perform_once(core, call);
            co_return co_await std::move(attempt);
        } catch (...) {
            failure = std::current_exception();
        }
        const auto error = as_api_error(failure, *core, ErrorPhase::before_first_chunk);
        const auto delay = retries.after(error);
        if (!delay) throw retries.final_error(error);
        auto wait = core->clock().sleep_for(*delay);
        co_await std::move(wait);
    }
}

asio::awaitable<json::object> perform_json(std::shared_ptr<Core> core, ApiCall call) {
    auto performing = perform(core, std::move(call));
    auto text = co_await std::move(performing);
    auto value = try_parse_json(text);
    if (!value || !value->is_object()) {
        ErrorContext context;
        context.http_status = 200;
        throw ApiError(malformed("the body is no JSON object", context));
    }
    co_return std::move(value->as_object());
}

std::string percent_encode(std::string_view text) {
    static constexpr char hex[] = "0123456789ABCDEF";
    std::string out;
    for (const unsigned char c : text) {
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
            c == '-' || c == '.' || c == '_' || c == '~') {
            out += static_cast<char>(c);
        } else {
            out += '%';
            out += hex[c >> 4];
            out += hex[c & 15];
        }
    }
    return out;
}

}  // namespace capstan::openrouter
