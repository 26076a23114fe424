#include "compatible/site.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <array>

namespace capstan::compatible {
namespace {

using Flavour = OpenAiFlavour;

struct Place {
    Flavour flavour;
    std::string_view name;
    std::string_view base_url;
    std::string_view host;  ///< of the hosted service, which needs a key; empty: runs anywhere
    std::string_view key_variable;
    std::string_view keys_page;
    std::string_view credits_page;
    std::string_view models_page;
};

constexpr std::array<Place, 8> places = {{
    {Flavour::openai, "OpenAI", "https://api.openai.com/v1", "api.openai.com", "OPENAI_API_KEY",
     "https://platform.openai.com/api-keys",
     "https://platform.openai.com/settings/organization/billing",
     "https://platform.openai.com/docs/models"},
    {Flavour::deepseek, "DeepSeek", "https://api.deepseek.com", "api.deepseek.com",
     "DEEPSEEK_API_KEY", "https://platform.deepseek.com/api_keys",
     "https://platform.deepseek.com/top_up", "https://api-docs.deepseek.com/quick_start/pricing"},
    {Flavour::groq, "Groq", "https://api.groq.com/openai/v1", "api.groq.com", "GROQ_API_KEY",
     "https://console.groq.com/keys", "https://console.groq.com/settings/billing",
     "https://console.groq.com/docs/models"},
    {Flavour::mistral, "Mistral", "https://api.mistral.ai/v1", "api.mistral.ai", "MISTRAL_API_KEY",
     "https://console.mistral.ai/api-keys", "https://console.mistral.ai/billing",
     "https://docs.mistral.ai/getting-started/models"},
    {Flavour::ollama, "Ollama", "http://127.0.0.1:11434/v1", "ollama.com", "OLLAMA_API_KEY",
     "https://ollama.com/settings/keys", "", "https://ollama.com/library"},
    {Flavour::llama_cpp, "llama.cpp", "http://127.0.0.1:8080/v1", "", "LLAMA_API_KEY", "", "", ""},
    {Flavour::lm_studio, "LM Studio", "http://127.0.0.1:1234/v1", "", "LM_API_TOKEN", "", "", ""},
    {Flavour::vllm, "vLLM", "http://127.0.0.1:8000/v1", "", "VLLM_API_KEY", "", "", ""},
}};

const Place* place_of(Flavour flavour) {
    const auto* found = std::find_if(places.begin(), places.end(), [&](const Place& place) {
        return place.flavour == flavour;
    });
    return found == places.end() ? nullptr : found;
}

struct Address {
    std::string host;
    std::string port;

    explicit Address(std::string_view url) {
        const auto parsed = boost::urls::parse_uri(url);
        if (!parsed) return;  // refused later, with a reason
        host = parsed->host_address();
        port = parsed->port();
        std::transform(host.begin(), host.end(), host.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    }

    bool is_loopback() const {
        return host == "localhost" || host == "::1" || host.starts_with("127.");
    }
};

std::string_view without_slash(std::string_view url) {
    while (url.ends_with('/')) url.remove_suffix(1);
    return url;
}

}  // namespace

std::string choose_base_url(const OpenAiCompatibleOptions& options,
                            std::string_view environment_url) {
    if (!options.base_url.empty()) return std::string(without_slash(options.base_url));
    const bool openai =
        options.flavour == Flavour::automatic || options.flavour == Flavour::openai;
    if (openai && !environment_url.empty()) return std::string(without_slash(environment_url));
    if (const Place* place = place_of(openai ? Flavour::openai : options.flavour))
        return std::string(place->base_url);
    throw ApiError(ErrorKind::configuration, "There is no base URL.",
                   "Set the base URL of the server, such as http://127.0.0.1:8080/v1.");
}

OpenAiFlavour flavour_of_url(std::string_view base_url) {
    const Address address(base_url);
    for (const Place& place : places)
        if (!place.host.empty() && address.host == place.host) return place.flavour;
    if (address.host.ends_with(".openai.azure.com")) return Flavour::openai;
    if (address.port == "11434") return Flavour::ollama;
    if (address.port == "1234" && address.is_loopback()) return Flavour::lm_studio;
    return Flavour::automatic;
}

ProviderSite site_of(OpenAiFlavour flavour, std::string_view base_url, bool own_url) {
    const Address address(base_url);
    ProviderSite site;
    site.base_url = base_url;
    site.key_required = false;
    site.name = address.port.empty() ? address.host : address.host + ':' + address.port;
    const Place* place = place_of(flavour);
    if (own_url) site.key_variable = "OPENAI_API_KEY";
    if (!place) return site;
    const bool at_home = place->host.empty() || address.host == place->host;
    site.name = place->name;
    if (at_home && !own_url) site.key_variable = place->key_variable;
    site.key_required = at_home && !place->host.empty();
    site.keys_page = place->keys_page;
    site.credits_page = place->credits_page;
    site.models_page = place->models_page;
    return site;
}

std::string root_of(std::string_view base_url) {
    base_url = without_slash(base_url);
    if (base_url.ends_with("/v1")) base_url.remove_suffix(3);
    return std::string(without_slash(base_url));
}

}  // namespace capstan::compatible
