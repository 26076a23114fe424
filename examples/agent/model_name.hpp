#pragma once

#include <capstan/providers/model_uri.hpp>

#include <optional>
#include <string>

namespace coding_agent {

/// What "anthropic:claude-sonnet-4-5" means; nothing where no provider is named: "x/y:free" is a
/// model of OpenRouter. Throws ModelUriError.
std::optional<capstan::ModelUri> named_provider(const std::string& text);

/// A model as --model and a session have it; one without a provider is OpenRouter's.
capstan::ModelUri read_model(const std::string& text);

/// The same model as a text: OpenRouter's by its id, others by their URI.
std::string model_text(const capstan::ModelUri& model);

/// Nothing but a provider and a model.
bool is_plain(const capstan::ModelUri& model);

}  // namespace coding_agent
