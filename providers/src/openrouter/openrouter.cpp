#include <capstan/providers/openrouter.hpp>

#include "chat/usage_mapping.hpp"
#include "openrouter/openrouter_calls.hpp"
#include "openrouter/openrouter_core.hpp"
#include "openrouter/openrouter_stream.hpp"
#include "openrouter/usage_lookup.hpp"

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

}  // namespace

OpenRouterHandler::OpenRouterHandler(OpenRouterOptions options)
    : core_(openrouter::Core::make(std::move(options))) {}

OpenRouterHandler::~OpenRouterHandler() = default;

ChunkStream OpenRouterHandler::create_message(MessageRequest request) {
    return openrouter::stream_message(core_, std::move(request));
}

SelectedModel OpenRouterHandler::get_model() const {
    SelectedModel model;
    model.id = openrouter::primary_model(core_->options().model);
    model.info = core_->peek_model(model.id);
    return model;
}

std::optional<ModelInfo> OpenRouterHandler::model_info(const std::string& model) const {
    return core_->peek_model(openrouter::primary_model(model));
}

asio::awaitable<SelectedModel> OpenRouterHandler::load_model() {
    auto core = core_;
    SelectedModel model;
    model.id = openrouter::primary_model(core->options().model);
    model.info = core->peek_model(model.id);
    if (!model.info) {
        auto finding = core->catalog().find(model.id);
        model.info = co_await std::move(finding);
    }
    co_return model;
}

asio::awaitable<std::optional<Usage>> OpenRouterHandler::get_api_stream_usage(
    std::string generation_id) {
    return openrouter::look_up_usage(core_, std::move(generation_id));
}

asio::awaitable<KeyInfo> OpenRouterHandler::key_info() {
    openrouter::ApiCall call;
    call.path = "/key";
    auto performing = openrouter::perform_json(core_, std::move(call));
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
    openrouter::ApiCall call;
    call.path = "/credits";
    auto performing = openrouter::perform_json(core_, std::move(call));
    const auto data = data_of(co_await std::move(performing));
    Credits credits;
    credits.total_credits = find_money(data, "total_credits").value_or(Money());
    credits.total_usage = find_money(data, "total_usage").value_or(Money());
    co_return credits;
}

asio::awaitable<Generation> OpenRouterHandler::generation(std::string id) {
    openrouter::ApiCall call;
    call.path = "/generation?id=" + openrouter::percent_encode(id);
    auto performing = openrouter::perform_json(core_, std::move(call));
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

ModelCatalog& OpenRouterHandler::catalog() noexcept { return core_->catalog(); }

const OpenRouterOptions& OpenRouterHandler::options() const noexcept { return core_->options(); }

}  // namespace capstan
