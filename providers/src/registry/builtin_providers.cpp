#include "registry/builtin_providers.hpp"

#include <capstan/providers/anthropic.hpp>
#include <capstan/providers/openai_compatible.hpp>
#include <capstan/providers/openai_responses.hpp>
#include <capstan/providers/openrouter.hpp>

#include <string>
#include <utility>

namespace capstan::registry {
namespace {

ProviderFactory compatible(OpenAiFlavour flavour, std::string base_url = {}) {
    OpenAiCompatibleOptions options;
    options.flavour = flavour;
    options.base_url = std::move(base_url);
    return provider_factory<OpenAiCompatibleHandler>(std::move(options));
}

}  // namespace

void register_builtin(ProviderRegistry& registry) {
    // A provider a line: its name in model URIs, its handler, its options (with their defaults).
    const auto add = [&](const char* name, ProviderFactory factory) {
        registry.register_provider(name, std::move(factory));
    };
    add("anthropic", provider_factory<AnthropicHandler, AnthropicOptions>());
    add("deepseek", compatible(OpenAiFlavour::deepseek));
    add("groq", compatible(OpenAiFlavour::groq));
    add("llamacpp", compatible(OpenAiFlavour::llama_cpp));
    add("lmstudio", compatible(OpenAiFlavour::lm_studio));
    add("local", compatible(OpenAiFlavour::automatic, "http://127.0.0.1:8080/v1"));
    add("mistral", compatible(OpenAiFlavour::mistral));
    add("ollama", compatible(OpenAiFlavour::ollama));
    add("openai", compatible(OpenAiFlavour::openai));
    add("openai-responses", provider_factory<OpenAiResponsesHandler, OpenAiResponsesOptions>());
    add("openrouter", provider_factory<OpenRouterHandler, OpenRouterOptions>());
    add("vllm", compatible(OpenAiFlavour::vllm));
}

}  // namespace capstan::registry
