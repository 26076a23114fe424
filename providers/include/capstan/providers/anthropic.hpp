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
/// "native_content" at its end, are kept in the message, and go back as well; ExtraChunks "debug"
/// tell of each as it happens. A call of the server's own tools that was cut off, or that found no
/// result before the user spoke again, does not go back: the server would refuse it.
///
/// Models that refuse a forced call (Claude Opus 5.5, Sonnet 5.5, Fable 5.1 and later) are asked
/// with the choice "auto".
class AnthropicHandler final : public DialectHandler {
public:
    /// Throws ApiError of kind configuration when a setting is unusable (no key, bad URL), before
    /// any connection is made.
    explicit AnthropicHandler(AnthropicOptions options);

    /// The configured model; its info from the settings, else what is known of Claude models:
    /// limits, modalities and whether they take a schema for their answers, no prices.
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
