#include "openrouter/usage_lookup.hpp"

#include "chat/usage_mapping.hpp"
#include "openrouter/openrouter_calls.hpp"

#include <capstan/json.hpp>

#include <array>
#include <chrono>
#include <utility>

namespace capstan::openrouter {
namespace {

asio::awaitable<std::optional<Usage>> ask(std::shared_ptr<Core> core, std::string generation_id) {
    ApiCall call;
    call.path = "/generation?id=" + percent_encode(generation_id);
    call.timeout = std::chrono::seconds(15);
    call.retries = false;
    auto performing = perform_json(std::move(core), std::move(call));
    try {
        auto answer = co_await std::move(performing);
        if (const auto* data = find_object(answer, "data")) co_return usage_from_generation(*data);
    } catch (const ApiError& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
    }
    co_return std::nullopt;
}

}  // namespace

asio::awaitable<std::optional<Usage>> look_up_usage(std::shared_ptr<Core> core,
                                                    std::string generation_id) {
    using std::chrono::milliseconds;
    static constexpr std::array waits{milliseconds(500), milliseconds(250), milliseconds(500),
                                      milliseconds(1000)};
    for (const auto wait : waits) {
        auto sleeping = core->clock().sleep_for(wait);
        co_await std::move(sleeping);
        auto asking = ask(core, generation_id);
        if (auto usage = co_await std::move(asking)) co_return usage;
    }
    co_return std::nullopt;
}

}  // namespace capstan::openrouter
