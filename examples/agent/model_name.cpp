#include "model_name.hpp"

#include <capstan/providers/provider_registry.hpp>

namespace coding_agent {

using namespace capstan;

std::optional<ModelUri> named_provider(const std::string& text) {
    const auto colon = text.find(':');
    if (colon == text.npos) return std::nullopt;
    if (!ProviderRegistry::with_builtin().contains(text.substr(0, colon))) return std::nullopt;
    return ModelUri::parse(text);
}

ModelUri read_model(const std::string& text) {
    if (auto uri = named_provider(text)) return *std::move(uri);
    ModelUri model;
    model.provider = "openrouter";
    model.model = text;
    return model;
}

std::string model_text(const ModelUri& model) {
    return model.provider == "openrouter" && is_plain(model) ? model.model : to_string(model);
}

bool is_plain(const ModelUri& model) {
    return model.base_url.empty() && model.parameters.empty();
}

}  // namespace coding_agent
