#pragma once

#include <capstan/providers/dialect_handler.hpp>
#include <capstan/providers/openai_quirks.hpp>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace capstan {

namespace compatible {
class CompatibleDialect;
class Server;
class SideDoor;
struct Setup;
}

/// Settings of an OpenAiCompatibleHandler.
///
/// Where the base URL is empty it is that of the flavour: OpenAI's (or OPENAI_BASE_URL),
/// https://api.deepseek.com, https://api.groq.com/openai/v1, https://api.mistral.ai/v1, and on this
/// machine port 8080 for llama.cpp, 1234 for LM Studio, 11434 for Ollama, 8000 for vLLM.
///
/// Where the key is empty it is taken from OPENAI_API_KEY, DEEPSEEK_API_KEY, GROQ_API_KEY,
/// MISTRAL_API_KEY, LLAMA_API_KEY, LM_API_TOKEN, OLLAMA_API_KEY or VLLM_API_KEY. OpenAI's key goes
/// to OpenAI and to OPENAI_BASE_URL, never to another address by itself. Only the hosted ones need
/// a key.
struct OpenAiCompatibleOptions : ProviderOptions {
    OpenAiCompatibleOptions() = default;

    OpenAiFlavour flavour = OpenAiFlavour::automatic;
    OpenAiQuirks quirks;  ///< what is set here wins over the flavour's
};
static_assert(!std::is_aggregate_v<OpenAiCompatibleOptions>);

/// Chat completions of OpenAI and of the many servers that speak like it. Thread-safe.
///
/// Sent of a request: messages, tools, sampling, reasoning, output limit, response_format,
/// modalities, audio and the user id, as the quirks say, and the headers of the settings but
/// Authorization. Not sent, because only OpenRouter has them: fallback models, plugins, metadata,
/// session id, cache marks, reasoning details. They stay in the conversation; `extra` can add any
/// field.
///
/// Received: text, reasoning (`reasoning_content`, `reasoning`, `thinking`), tool calls, usage.
/// What else an answer has, such as llama.cpp's `timings`, comes as an ExtraChunk.
class OpenAiCompatibleHandler final : public DialectHandler {
public:
    /// Throws ApiError of kind configuration when a setting is unusable, before any connection.
    explicit OpenAiCompatibleHandler(OpenAiCompatibleOptions options);
    ~OpenAiCompatibleHandler() override;

    /// The configured model; its info from the settings, or from list_models() and load_model().
    SelectedModel get_model() const override;
    std::optional<ModelInfo> model_info(const std::string& model) const override;

    /// GET /models, in the server's order. Context lengths are read from whatever field the server
    /// has for them, and are kept: later calls fit their output limit to them. Throws ApiError.
    asio::awaitable<std::vector<ModelInfo>> list_models();

    /// As get_model(), but asks the server what it knows of the model: the list, and where that
    /// has no context length llama.cpp's /props, Ollama's /api/show or LM Studio's /api/v0/models.
    /// Throws ApiError for a failed list only; nothing in `info` means that the model is unknown.
    asio::awaitable<SelectedModel> load_model();

    /// What the server is taken for; never automatic.
    OpenAiFlavour flavour() const noexcept;

private:
    explicit OpenAiCompatibleHandler(compatible::Setup setup);

    asio::awaitable<ModelInfo> ask_running_server(ModelInfo info);

    std::shared_ptr<compatible::Server> server_;
    std::shared_ptr<const compatible::CompatibleDialect> dialect_;
    std::unique_ptr<compatible::SideDoor> side_door_;
};

}  // namespace capstan
