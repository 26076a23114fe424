#pragma once

#include <capstan/api_handler.hpp>
#include <capstan/providers/model_uri.hpp>

#include <memory>
#include <utility>

namespace capstan::registry {

/// A handler whose requests all get the parameters of a model URI. They win over what handlers
/// around it set: a `max_tokens` of the URI also over BudgetOptions::cap_output.
class ParameterHandler final : public ApiHandler {
public:
    ParameterHandler(std::shared_ptr<ApiHandler> inner, ModelParameters parameters)
        : inner_(std::move(inner)), parameters_(std::move(parameters)) {}

    using ApiHandler::create_message;
    ChunkStream create_message(MessageRequest request) override {
        apply(parameters_, request);
        return inner_->create_message(std::move(request));
    }

    SelectedModel get_model() const override { return inner_->get_model(); }

    std::optional<ModelInfo> model_info(const std::string& model) const override {
        return inner_->model_info(model);
    }

    asio::awaitable<std::optional<Usage>> get_api_stream_usage(std::string generation_id) override {
        return inner_->get_api_stream_usage(std::move(generation_id));
    }

private:
    std::shared_ptr<ApiHandler> inner_;
    ModelParameters parameters_;
};

}  // namespace capstan::registry
