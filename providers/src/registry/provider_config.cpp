#include <capstan/providers/provider_config.hpp>

#include "registry/model_parameters.hpp"
#include "registry/model_uri_parser.hpp"

#include <capstan/error.hpp>

namespace capstan {
namespace {

ModelUri parse_uri(const std::string& text, const std::string& path) {
    try {
        return registry::parse_model_uri(text);
    } catch (const registry::TextFault& fault) {
        throw ModelUriError(text, fault.position, fault.length, fault.problem, fault.remedy, path);
    }
}

// The model that the model info of the settings is of.
std::string_view described_model(const ProviderConfig& config) {
    if (const auto model = find_string(config.settings, "model")) return *model;
    return config.options ? std::string_view(config.options->model) : std::string_view();
}

}  // namespace

ProviderConfig::ProviderConfig(ModelUri uri)
    : name(std::move(uri.provider)),
      model(std::move(uri.model)),
      base_url(std::move(uri.base_url)),
      parameters(std::move(uri.parameters)) {}

ProviderConfig ProviderConfig::from_json(const json::value& value, std::string_view path) {
    SettingsReader reader(value, std::string(path));
    std::string name;
    std::string uri;
    json::object settings;
    reader.read("provider", name);
    reader.read("uri", uri);
    reader.read("options", settings);
    reader.finish();
    if (name.empty() == uri.empty())
        reader.fail("provider", "either \"provider\" or \"uri\" must be there");
    auto config = uri.empty() ? ProviderConfig(std::move(name))
                              : ProviderConfig(parse_uri(uri, reader.path_of("uri")));
    config.settings = std::move(settings);
    config.path = reader.path_of("options");
    return config;
}

namespace detail {

void take_options(const ProviderConfig& config, ProviderOptions& options) {
    if (!config.options) return;
    auto model = std::move(options.model);
    auto base_url = std::move(options.base_url);
    options = *config.options;
    if (options.model.empty()) options.model = std::move(model);
    if (options.base_url.empty()) options.base_url = std::move(base_url);
}

void take_place(const ProviderConfig& config, ProviderOptions& options) {
    if (!config.model.empty()) {
        const auto described = described_model(config);
        if (!described.empty() && described != config.model) options.model_info.reset();
        options.model = config.model;
        options.extra.erase("model");
    }
    if (!config.base_url.empty()) options.base_url = config.base_url;
    registry::remove_overruled(config.parameters, options.extra);
}

}  // namespace detail
}  // namespace capstan
