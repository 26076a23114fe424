#pragma once

#include <capstan/json.hpp>
#include <capstan/providers/anthropic_options.hpp>
#include <capstan/providers/model_uri.hpp>
#include <capstan/providers/openai_compatible.hpp>
#include <capstan/providers/openai_responses.hpp>
#include <capstan/providers/openrouter_options.hpp>
#include <capstan/providers/provider_options.hpp>
#include <capstan/providers/settings_reader.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace capstan {

/// What a ProviderRegistry makes a handler from. The precedence of its parts, highest first:
/// `parameters` (they win over each request too), `model` and `base_url`, `settings`, `options`,
/// the provider's defaults.
struct ProviderConfig {
    ProviderConfig() = default;
    explicit ProviderConfig(std::string name_) : name(std::move(name_)) {}
    explicit ProviderConfig(ModelUri uri);

    /// {"provider": NAME, "options": {...}} or {"uri": MODEL URI, "options": {...}}. Throws
    /// ApiError of kind configuration; `path` is the value's place in its document, for errors.
    static ProviderConfig from_json(const json::value& value, std::string_view path = {});

    std::string name;  ///< of the provider, in the registry

    json::object settings;  ///< what JSON says: see read_settings() of the provider's options
    std::string path = "options";  ///< where `settings` come from, for errors

    /// What code says, e.g. a clock and callbacks, which JSON cannot. It takes the place of all the
    /// provider's defaults, except that an empty model and base URL leave those as they are.
    std::optional<ProviderOptions> options;

    std::string model;     ///< empty: that of the options
    std::string base_url;  ///< likewise
    ModelParameters parameters;
};
static_assert(!std::is_aggregate_v<ProviderConfig>);

/// Reads what all providers have; leaves finish() to the caller. The members are called as those of
/// the struct, with these in objects: sampling; timeouts and retry, in milliseconds ("connect_ms",
/// "base_delay_ms"); http; headers; model_info; extra. `api_key` and each of `headers` may be
/// {"env": "NAME"}. Code alone can set on_retry_attempt, state, clock and http.accept_address.
void read_settings(SettingsReader& reader, ProviderOptions& options);

/// The same and the provider's own, which are called as the members.
void read_settings(SettingsReader& reader, OpenRouterOptions& options);
void read_settings(SettingsReader& reader, AnthropicOptions& options);
void read_settings(SettingsReader& reader, OpenAiResponsesOptions& options);
/// `flavour` by its name; `quirks` is an object with the members of the struct, enums by name.
void read_settings(SettingsReader& reader, OpenAiCompatibleOptions& options);

namespace detail {
void take_options(const ProviderConfig& config, ProviderOptions& options);
void take_place(const ProviderConfig& config, ProviderOptions& options);
}  // namespace detail

/// The options that a configuration means, for factories. `Options` derives from ProviderOptions
/// and has a `void read_settings(SettingsReader&, Options&)` in its namespace, which reads all
/// members. Throws ApiError of kind configuration.
template <class Options>
Options options_from(const ProviderConfig& config, Options defaults = Options()) {
    detail::take_options(config, defaults);
    SettingsReader reader(config.settings, config.path);
    read_settings(reader, defaults);
    reader.finish();
    detail::take_place(config, defaults);
    return defaults;
}

}  // namespace capstan
