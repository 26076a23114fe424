#pragma once

#include <capstan/api_handler.hpp>
#include <capstan/providers/dialect.hpp>
#include <capstan/providers/provider_options.hpp>

#include <memory>
#include <optional>
#include <string>

namespace capstan {

namespace exchange {
class ProviderClient;
}

/// The ApiHandler of any provider whose wire a Dialect describes: sends, retries with callbacks,
/// reads the stream, cancels, and says errors in words. Thread-safe.
class DialectHandler : public ApiHandler {
public:
    /// Throws ApiError of kind configuration when a setting is unusable (no key where one is
    /// required, bad URL), before any connection is made.
    DialectHandler(ProviderOptions options, std::shared_ptr<const Dialect> dialect);
    ~DialectHandler() override;

    using ApiHandler::create_message;
    ChunkStream create_message(MessageRequest request) override;

    /// What the dialect says of itself.
    ProviderSupport support() const;

    /// The configured model, and the settings' model info.
    SelectedModel get_model() const override;

    /// Asks as the dialect's usage_call() says, where it says something: after 500 ms, four times
    /// at most, 250, 500 and 1000 ms apart, 15 s each.
    asio::awaitable<std::optional<Usage>> get_api_stream_usage(std::string generation_id) override;

protected:
    const ProviderOptions& options() const noexcept { return options_; }

    /// Makes a plain call and gives its JSON object. Throws ApiError; follows the retry policy.
    asio::awaitable<json::object> call(ApiCall call) const;

    const std::shared_ptr<exchange::ProviderClient>& client() const noexcept { return client_; }

private:
    ProviderOptions options_;  // without the key
    std::shared_ptr<exchange::ProviderClient> client_;
};

}  // namespace capstan
