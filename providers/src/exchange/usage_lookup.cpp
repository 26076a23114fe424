#include "exchange/usage_lookup.hpp"

#include "exchange/plain_call.hpp"

#include <capstan/error.hpp>

#include <array>
#include <chrono>
#include <utility>

namespace capstan::exchange {
namespace {

asio::awaitable<std::optional<Usage>> ask(std::shared_ptr<ProviderClient> client, ApiCall call) {
    call.timeout = std::chrono::seconds(15);
    call.retries = false;
    auto performing = perform_json(client, std::move(call));
    try {
        const auto answer = co_await std::move(performing);
        co_return client->dialect().read_usage(answer);
    } catch (const ApiError& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
    }
    co_return std::nullopt;
}

}  // namespace

asio::awaitable<std::optional<Usage>> look_up_usage(std::shared_ptr<ProviderClient> client,
                                                    std::string generation_id) {
    using std::chrono::milliseconds;
    static constexpr std::array waits{milliseconds(500), milliseconds(250), milliseconds(500),
                                      milliseconds(1000)};
    const auto call = client->dialect().usage_call(generation_id);
    if (!call) co_return std::nullopt;
    for (const auto wait : waits) {
        auto sleeping = client->clock().sleep_for(wait);
        co_await std::move(sleeping);
        auto asking = ask(client, *call);
        if (auto usage = co_await std::move(asking)) co_return usage;
    }
    co_return std::nullopt;
}

}  // namespace capstan::exchange
