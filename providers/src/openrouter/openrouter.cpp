#include <capstan/providers/openrouter.hpp>

#include "chat/usage_mapping.hpp"
#include "exchange/plain_call.hpp"
#include "exchange/provider_client.hpp"
#include "openrouter/openrouter_dialect.hpp"

#include <capstan/model_catalog.hpp>
#include <capstan/state_manager.hpp>

#include <utility>

namespace capstan {
namespace {

std::optional<Money> find_money(const json::object& object, std::string_view key) {
    const auto number = find_number(object, key);
    return number ? Money::from_double(*number) : std::nullopt;
}

std::string string_of(const json::object& object, std::string_view key) {
    return std::string(find_string(object, key).value_or(""));
}

// The `data` member that most answers are wrapped in.
json::object data_of(json::object answer) {
    if (auto* data = answer.if_contains("data"); data && data->is_object())
        return std::move(data->as_object());
    throw ApiError(ErrorKind::malformed, "OpenRouter's answer has no data object.",
                   "Check that the base URL is OpenRouter's.");
}

// The catalogue's fetcher must not keep the client alive, whose dialect owns the catalogue.
asio::awaitable<std::string> fetch(std::weak_ptr<exchange::ProviderClient> weak,
                                   std::string path) {
    auto client = weak.lock();
    if (!client) throw ApiError(ErrorKind::cancelled, "The handler is gone.");
    ApiCall call;
    call.path = std::move(path);
    auto answer = exchange::perform(std::move(client), std::move(call));
    co_return co_await std::move(answer);
}

std::unique_ptr<ModelCatalog> make_catalog(const std::shared_ptr<exchange::ProviderClient>& client,
                                           const ProviderOptions& options) {
    auto state = options.state ? options.state : std::make_shared<StateManager>();
    std::weak_ptr<exchange::ProviderClient> weak = client;
    ModelCatalogOptions catalog_options;
    catalog_options.clock = options.clock ? options.clock : system_clock();
    return std::make_unique<ModelCatalog>(
        std::move(state), client->base_url(),
        [weak](std::string path) { return fetch(weak, std::move(path)); }, catalog_options);
}

// The dialect writes it into the body.
ProviderOptions without_x_provider(ProviderOptions options) {
    HttpHeaders kept;
    for (const auto& [name, value] : options.headers.fields()) {
        HttpHeaders one;
        one.add(name, value);
        if (!one.contains("X-Provider")) kept.add(name, value);
    }
    options.headers = std::move(kept);
    return options;
}

}  // namespace

OpenRouterHandler::OpenRouterHandler(OpenRouterOptions options)
    : OpenRouterHandler(std::make_shared<openrouter::OpenRouterDialect>(options),
                        without_x_provider(options)) {}

OpenRouterHandler::OpenRouterHandler(std::shared_ptr<openrouter::OpenRouterDialect> dialect,
                                     ProviderOptions options)
    : DialectHandler(std::move(options), dialect), dialect_(std::move(dialect)) {
    dialect_->set_catalog(make_catalog(client(), DialectHandler::options()));
}

OpenRouterHandler::~OpenRouterHandler() = default;

SelectedModel OpenRouterHandler::get_model() const {
    SelectedModel model;
    model.id = openrouter::primary_model(options().model);
    model.info = dialect_->peek_model(model.id);
    return model;
}

std::optional<ModelInfo> OpenRouterHandler::model_info(const std::string& model) const {
    return dialect_->peek_model(openrouter::primary_model(model));
}

asio::awaitable<SelectedModel> OpenRouterHandler::load_model() {
    auto dialect = dialect_;
    SelectedModel model;
    model.id = openrouter::primary_model(dialect->options().model);
    model.info = dialect->peek_model(model.id);
    if (!model.info) {
        auto finding = dialect->catalog().find(model.id);
        model.info = co_await std::move(finding);
    }
    co_return model;
}

asio::awaitable<KeyInfo> OpenRouterHandler::key_info() {
    ApiCall call;
    call.path = "/key";
    auto performing = exchange::perform_json(client(), std::move(call));
    const auto data = data_of(co_await std::move(performing));
    KeyInfo info;
    info.label = string_of(data, "label");
    info.limit = find_money(data, "limit");
    info.limit_remaining = find_money(data, "limit_remaining");
    info.usage = find_money(data, "usage");
    info.is_free_tier = find_bool(data, "is_free_tier").value_or(false);
    info.raw = data;
    co_return info;
}

asio::awaitable<Credits> OpenRouterHandler::credits() {
    ApiCall call;
    call.path = "/credits";
    auto performing = exchange::perform_json(client(), std::move(call));
    const auto data = data_of(co_await std::move(performing));
    Credits credits;
    credits.total_credits = find_money(data, "total_credits").value_or(Money());
    credits.total_usage = find_money(data, "total_usage").value_or(Money());
    co_return credits;
}

asio::awaitable<Generation> OpenRouterHandler::generation(std::string id) {
    ApiCall call;
    call.path = "/generation?id=" + openrouter::percent_encode(id);
    auto performing = exchange::perform_json(client(), std::move(call));
    const auto data = data_of(co_await std::move(performing));
    Generation generation;
    generation.id = string_of(data, "id");
    generation.model = string_of(data, "model");
    generation.provider = string_of(data, "provider_name");
    generation.finish_reason = string_of(data, "finish_reason");
    generation.usage = usage_from_generation(data);
    generation.raw = data;
    co_return generation;
}

ModelCatalog& OpenRouterHandler::catalog() noexcept { return dialect_->catalog(); }

const OpenRouterOptions& OpenRouterHandler::options() const noexcept { return dialect_->options(); }

}  // namespace capstan
