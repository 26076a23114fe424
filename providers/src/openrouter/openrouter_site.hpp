#pragma once

#include <capstan/providers/dialect.hpp>

#include <string_view>

namespace capstan::openrouter {

/// Who answers, also to those who speak another API with OpenRouter.
ProviderSite openrouter_site();

/// True for a URL at OpenRouter itself.
bool is_openrouter(std::string_view base_url) noexcept;

}  // namespace capstan::openrouter
