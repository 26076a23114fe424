#pragma once

#include <capstan/providers/dialect_handler.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace capstan::compatible {

/// The routes that a server has beside those of OpenAI, below the base URL without "/v1". They are
/// asked once, for at most five seconds.
class SideDoor final : public DialectHandler {
public:
    using DialectHandler::DialectHandler;

    /// The context length that the running server gives to `model`; nothing if it does not say, or
    /// has no such route. Throws ApiError only if it was cancelled.
    asio::awaitable<std::optional<std::int64_t>> llama_context() const;
    asio::awaitable<std::optional<std::int64_t>> ollama_context(std::string model) const;

    /// LM Studio's own entry of `model`.
    asio::awaitable<std::optional<ModelInfo>> lm_studio_model(std::string model) const;

private:
    asio::awaitable<json::object> ask(std::string path, std::string body = {}) const;
};

}  // namespace capstan::compatible
