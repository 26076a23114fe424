#include <capstan/providers/dialect_handler.hpp>

#include "exchange/message_stream.hpp"
#include "exchange/plain_call.hpp"
#include "exchange/provider_client.hpp"
#include "exchange/usage_lookup.hpp"

#include <utility>

namespace capstan {

void Dialect::authorize(HttpHeaders& headers, const std::string& key) const {
    headers.set("Authorization", "Bearer " + key);
}

std::optional<json::object> Dialect::read_error(int, const HttpHeaders&,
                                                std::string_view) const {
    return std::nullopt;
}

std::optional<ApiCall> Dialect::usage_call(const std::string&) const { return std::nullopt; }

std::optional<Usage> Dialect::read_usage(const json::object&) const { return std::nullopt; }

DialectHandler::DialectHandler(ProviderOptions options, std::shared_ptr<const Dialect> dialect)
    : options_(std::move(options)),
      client_(std::make_shared<exchange::ProviderClient>(options_, std::move(dialect))) {
    options_.api_key.clear();  // kept in one place only
}

DialectHandler::~DialectHandler() = default;

ChunkStream DialectHandler::create_message(MessageRequest request) {
    return exchange::stream_message(client_, std::move(request));
}

ProviderSupport DialectHandler::support() const { return client_->dialect().support(); }

SelectedModel DialectHandler::get_model() const {
    SelectedModel model;
    model.id = options_.model;
    model.info = options_.model_info;
    return model;
}

asio::awaitable<std::optional<Usage>> DialectHandler::get_api_stream_usage(
    std::string generation_id) {
    return exchange::look_up_usage(client_, std::move(generation_id));
}

asio::awaitable<json::object> DialectHandler::call(ApiCall call) const {
    return exchange::perform_json(client_, std::move(call));
}

}  // namespace capstan
