#pragma once

#include <capstan/providers/anthropic_options.hpp>
#include <capstan/providers/dialect_handler.hpp>

#include <optional>
#include <string>
#include <vector>

namespace capstan {

/// Anthropic's Messages API (POST /messages) as an ApiHandler; also for servers that speak it, such
/// as OpenRouter. Thread-safe.
///
/// Thoughts become `reasoning_details` of the format "anthropic-claude-v1" and go back verbatim, at
/// the places where they stood, to the model that had them; elsewhere they are held back. Other
/// blocks of the answer (tools that the server runs, citations, compactions) come as an ExtraChunk
/// "native_content", are kept in the message, and go back as well.
class AnthropicHandler final : public DialectHandler {
public:
    /// Throws ApiError of kind configuration when a setting is unusable (no key, bad URL), before
    /// any connection is made.
    explicit AnthropicHandler(AnthropicOptions options);

    /// The configured model; its info from the settings, else what is known of Claude models:
    /// limits and modalities, no prices.
    SelectedModel get_model() const override;

    /// The same of any other model.
    std::optional<ModelInfo> model_info(const std::string& model) const override;

    /// The models that the key may use (GET /models, all pages), with their limits. Throws
    /// ApiError; follows the retry policy. Cancellable.
    asio::awaitable<std::vector<ModelInfo>> list_models();

private:
    HttpHeaders list_headers_;
};

}  // namespace capstan
