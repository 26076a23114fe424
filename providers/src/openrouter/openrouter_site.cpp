#include "openrouter/openrouter_site.hpp"

namespace capstan::openrouter {

ProviderSite openrouter_site() {
    ProviderSite site;
    site.name = "OpenRouter";
    site.base_url = "https://openrouter.ai/api/v1";
    site.key_variable = "OPENROUTER_API_KEY";
    site.url_variable = "OPENROUTER_BASE_URL";
    site.keys_page = "https://openrouter.ai/settings/keys";
    site.credits_page = "https://openrouter.ai/settings/credits";
    site.models_page = "https://openrouter.ai/models";
    site.privacy_page = "https://openrouter.ai/settings/privacy";
    return site;
}

bool is_openrouter(std::string_view base_url) noexcept {
    constexpr std::string_view home = "https://openrouter.ai";
    if (!base_url.starts_with(home)) return false;
    base_url.remove_prefix(home.size());
    return base_url.empty() || base_url.front() == '/';
}

}  // namespace capstan::openrouter
